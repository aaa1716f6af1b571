import { Button, Group, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'

interface AddNameProps {
  label: string
  placeholder: string
  pattern: RegExp
  /** What to say of a name that the pattern does not take. */
  fault: string
  taken: readonly string[]
  onAdd: (name: string) => void
}

/** A field that names one more row. */
export function AddName({ label, placeholder, pattern, fault, taken, onAdd }: AddNameProps) {
  const [name, setName] = useState('')
  const isTaken = taken.includes(name)
  const add = () => {
    onAdd(name)
    setName('')
  }
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap">
      <TextInput
        flex={1}
        aria-label={label}
        placeholder={placeholder}
        value={name}
        error={isTaken ? 'There is one already' : name && !pattern.test(name) && fault}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button
        variant="default"
        leftSection={<IconPlus size={14} />}
        disabled={isTaken || !pattern.test(name)}
        onClick={add}
      >
        Add
      </Button>
    </Group>
  )
}
