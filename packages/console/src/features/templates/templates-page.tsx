import { listTemplates, type Template } from '@carillon/contract'
import { Text } from '@mantine/core'
import { IconPlus, IconTemplate } from '@tabler/icons-react'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { ButtonLink, RowLink } from '../../shared/links.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { useCan, usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { TimeText } from '../../shared/time-text.tsx'

const columns: Column<Template>[] = [
  {
    title: 'Template',
    render: (template) => (
      <RowLink to="/templates/$templateId" params={{ templateId: template.id }}>
        {template.name}
      </RowLink>
    ),
  },
  {
    title: 'Title',
    from: 'sm',
    render: ({ content }) => (
      <Text c="dimmed" truncate maw={320}>
        {content.title ?? content.body ?? '–'}
      </Text>
    ),
  },
  { title: 'Version', numeric: true, render: ({ version }) => version },
  {
    title: 'Languages',
    from: 'md',
    render: ({ content }) =>
      [content.default_locale ?? 'en', ...Object.keys(content.locales ?? {})].join(', '),
  },
  { title: 'Changed', from: 'xs', render: ({ updated_at }) => <TimeText time={updated_at} /> },
]

export function TemplatesPage() {
  const pages = usePages(listTemplates, {})
  const mayWrite = useCan('templates:write')
  const create = (
    <ButtonLink to="/templates/new" leftSection={<IconPlus size={15} />} disabled={!mayWrite}>
      New template
    </ButtonLink>
  )
  return (
    <Page
      title="Templates"
      description="Content to send again. A message keeps the version that it was made with."
      actions={create}
    >
      <Section flush>
        <DataTable
          caption="Templates"
          pages={pages}
          columns={columns}
          rowKey={({ id }) => id}
          empty={
            <EmptyState icon={IconTemplate} title="No templates yet" action={create}>
              Texts with variables, in every language that you need.
            </EmptyState>
          }
        />
      </Section>
    </Page>
  )
}
