import { getTemplate } from '@carillon/contract'
import { Alert, Button, Group } from '@mantine/core'
import { TextLink } from '../links.tsx'
import { useRead } from '../server.ts'
import type { ContentDraft } from './content-editing.ts'

interface TemplateInUseProps {
  templateId: string
  /** Which of its versions is sent. */
  title: string
  onCopy: (copy: ContentDraft) => void
}

/** Stands where the texts would be written; a copy of them can be changed instead. */
export function TemplateInUse({ templateId, title, onCopy }: TemplateInUseProps) {
  const template = useRead(getTemplate, { params: { id: templateId } }).data
  return (
    <Alert color="gray" title={title}>
      <Group gap="xs">
        <TextLink to="/templates/$templateId" params={{ templateId }}>
          Open it
        </TextLink>
        <Button
          variant="default"
          disabled={!template}
          onClick={() => template && onCopy({ content: template.content, overrides: template.overrides })}
        >
          Copy its content to change it here
        </Button>
      </Group>
    </Alert>
  )
}
