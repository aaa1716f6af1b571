import { ActionIcon, Menu, ScrollArea, Text, Textarea, Tooltip } from '@mantine/core'
import { IconBraces } from '@tabler/icons-react'
import { type ReactNode, use, useRef } from 'react'
import { useAttributes } from '../attributes.ts'
import { VariableMarkingContext } from './variable-marking.ts'

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
  const selection = () => {
    const { selectionStart: from = value.length, selectionEnd: to = value.length } = input.current ?? {}
    return { from, to, text: value.slice(from, to) }
  }
  const insert = (variable: string) => {
    const { from, to } = selection()
    onChange(`${value.slice(0, from)}{{ ${variable} }}${value.slice(to)}`)
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
      rightSection={<VariableMenu of={field.label} onPick={insert} selected={() => selection().text} />}
    />
  )
}

interface VariableMenuProps extends VariablesProps {
  of: string
}

function VariableMenu({ of, ...variables }: VariableMenuProps) {
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
        <Variables {...variables} />
      </Menu.Dropdown>
    </Menu>
  )
}

interface VariablesProps {
  onPick: (variable: string) => void
  /** What is selected in the field now. */
  selected: () => string
}

function Variables({ onPick, selected }: VariablesProps) {
  const attributes = useAttributes()
  const marking = use(VariableMarkingContext)
  const example = marking ? selected().trim() : ''
  const item = (variable: string) => (
    <Menu.Item key={variable} onClick={() => onPick(variable)}>
      <Text size="xs" ff="monospace">
        {variable}
      </Text>
    </Menu.Item>
  )
  return (
    <ScrollArea.Autosize mah={280}>
      {marking && (
        <>
          <Menu.Label>The event</Menu.Label>
          {example && (
            <Menu.Item onClick={() => onPick(`variables.${marking.mark(example)}`)}>
              Make a variable of “{example.length > 20 ? `${example.slice(0, 20)}…` : example}”
            </Menu.Item>
          )}
          {marking.names.map((name) => item(`variables.${name}`))}
          {!example && marking.names.length === 0 && (
            <Menu.Item disabled>Select a text first to make a variable of it</Menu.Item>
          )}
        </>
      )}
      <Menu.Label>The person</Menu.Label>
      {attributes.map(({ name }) => item(`user.${name}`))}
      <Menu.Label>The send</Menu.Label>
      {item('app.name')}
      {item('pass_url')}
      {!marking && item('variables.name')}
    </ScrollArea.Autosize>
  )
}
