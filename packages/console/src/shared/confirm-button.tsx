import { Button, type ButtonProps, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type ReactNode, useState } from 'react'

interface ConfirmButtonProps extends ButtonProps {
  title: string
  /** What will happen, and whether it can be taken back. */
  consequence: ReactNode
  verb: string
  /** Has to be typed first, for what cannot be undone. */
  typed?: string
  onConfirm: () => Promise<unknown>
  children: ReactNode
}

/** A button for what should not happen by accident. */
export function ConfirmButton({
  title,
  consequence,
  verb,
  typed,
  onConfirm,
  children,
  ...button
}: ConfirmButtonProps) {
  const [opened, { open, close }] = useDisclosure(false)
  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {children}
      </Button>
      <Modal opened={opened} onClose={close} title={title}>
        <Confirmation
          consequence={consequence}
          verb={verb}
          typed={typed}
          onConfirm={onConfirm}
          onClose={close}
        />
      </Modal>
    </>
  )
}

interface ConfirmationProps extends Pick<ConfirmButtonProps, 'consequence' | 'verb' | 'typed' | 'onConfirm'> {
  onClose: () => void
}

function Confirmation({ consequence, verb, typed, onConfirm, onClose }: ConfirmationProps) {
  const [text, setText] = useState('')
  const [running, setRunning] = useState(false)
  const confirm = async () => {
    setRunning(true)
    // The write has told of its failure already; the dialog stays open for another try.
    await onConfirm().then(onClose, () => setRunning(false))
  }
  return (
    <Stack>
      <Text>{consequence}</Text>
      {typed !== undefined && (
        <TextInput
          data-autofocus
          label={`Type ${typed} to confirm`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autoComplete="off"
        />
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Keep
        </Button>
        <Button
          color="red"
          loading={running}
          disabled={typed !== undefined && text !== typed}
          onClick={() => void confirm()}
        >
          {verb}
        </Button>
      </Group>
    </Stack>
  )
}
