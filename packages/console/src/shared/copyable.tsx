import { ActionIcon, Box, Code, CopyButton, Group, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'

function CopyAction({ value, label }: { value: string; label: string }) {
  return (
    <CopyButton value={value} timeout={1_500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : label}>
          <ActionIcon onClick={copy} aria-label={copied ? 'Copied' : label} color={copied ? 'green' : 'gray'}>
            {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  )
}

/** An id or key on one line, with a button that copies it whole even where it is shown shortened. */
export function Copyable({ value, label, shown = value }: { value: string; label: string; shown?: string }) {
  return (
    <Group gap={4} wrap="nowrap" maw="100%">
      <Code style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>{shown}</Code>
      <CopyAction value={value} label={label} />
    </Group>
  )
}

export function CodeBlock({
  code,
  label,
  maxHeight = 420,
}: {
  code: string
  label: string
  maxHeight?: number
}) {
  return (
    <Box pos="relative">
      <Code block mah={maxHeight} style={{ overflow: 'auto' }} pr={36}>
        {code}
      </Code>
      <Box pos="absolute" top={4} right={4}>
        <CopyAction value={code} label={label} />
      </Box>
    </Box>
  )
}

export function JsonBlock({
  value,
  label,
  maxHeight,
}: {
  value: unknown
  label: string
  maxHeight?: number
}) {
  return <CodeBlock code={JSON.stringify(value, null, 2)} label={label} maxHeight={maxHeight} />
}
