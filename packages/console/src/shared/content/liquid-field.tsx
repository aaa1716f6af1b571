import { ActionIcon, Menu, ScrollArea, Text, Textarea, Tooltip } from '@mantine/core'
import { IconBraces } from '@tabler/icons-react'
import { type ReactNode, useRef } from 'react'
import { useAttributes } from '../attributes.ts'

interface LiquidFieldProps {
  label: string
  value: string | undefined
  onChange: (value: string) => void
  placeholder?: string
  description?: ReactNode
  error?: ReactNode
  required?: boolean
  rows?: number
  'aria-label'?: string
}

/** A text with Liquid in it; the button puts a variable where the caret stands. */
export function LiquidField({ value = '', onChange, rows = 1, ...field }: LiquidFieldProps) {
  const input = useRef<HTMLTextAreaElement>(null)
  const insert = (variable: string) => {
    const { selectionStart = value.length, selectionEnd = value.length } = input.current ?? {}
    onChange(`${value.slice(0, selectionStart)}{{ ${variable} }}${value.slice(selectionEnd)}`)
    input.current?.focus()
  }
  return (
    <Textarea
      {...field}
      ref={input}
      autosize
      minRows={rows}
      maxRows={12}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      rightSection={<VariableMenu of={field.label} onPick={insert} />}
    />
  )
}

function VariableMenu({ of, onPick }: { of: string; onPick: (variable: string) => void }) {
  return (
    <Menu position="bottom-end" shadow="md" width={240}>
      <Menu.Target>
        <Tooltip label="Put in a variable">
          <ActionIcon size={24} aria-label={`Put a variable into ${of}`}>
            <IconBraces size={14} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Variables onPick={onPick} />
      </Menu.Dropdown>
    </Menu>
  )
}

function Variables({ onPick }: { onPick: (variable: string) => void }) {
  const attributes = useAttributes()
  const item = (variable: string) => (
    <Menu.Item key={variable} onClick={() => onPick(variable)}>
      <Text size="xs" ff="monospace">
        {variable}
      </Text>
    </Menu.Item>
  )
  return (
    <ScrollArea.Autosize mah={280}>
      <Menu.Label>The person</Menu.Label>
      {attributes.map(({ name }) => item(`user.${name}`))}
      <Menu.Label>The send</Menu.Label>
      {item('app.name')}
      {item('variables.name')}
    </ScrollArea.Autosize>
  )
}
