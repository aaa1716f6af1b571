import {
  createTemplate,
  deleteTemplate,
  getTemplate,
  listTemplates,
  putTemplate,
  type Template,
} from '@carillon/contract'
import { Alert, Badge, Button, Group, Select } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { emptyDraft } from '../../shared/content/content-editing.ts'
import { BackLink, ButtonLink } from '../../shared/links.tsx'
import { Page } from '../../shared/page.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { TemplateEditor } from './template-editor.tsx'

const route = getRouteApi('/shell/templates/$templateId')
const back = <BackLink to="/templates">Templates</BackLink>

export function NewTemplatePage() {
  const navigate = useNavigate()
  const create = useWrite(createTemplate, {
    refreshes: [listTemplates],
    said: 'The template is saved.',
    showsFailure: true,
  })
  return (
    <Page title="New template" back={back}>
      <TemplateEditor
        first={{ name: '', ...emptyDraft }}
        saving={create.isPending}
        failure={create.error}
        onSave={(body) =>
          create.mutate(
            { input: { body } },
            {
              onSuccess: ({ id }) =>
                void navigate({ to: '/templates/$templateId', params: { templateId: id } }),
            },
          )
        }
      />
    </Page>
  )
}

export function TemplatePage() {
  const { templateId } = route.useParams()
  const { version } = route.useSearch()
  const newest = useRead(getTemplate, { params: { id: templateId } })
  const shown = useRead(getTemplate, {
    params: { id: templateId },
    query: version ? { version: Number(version) } : {},
  })
  return (
    <Page
      title={newest.data?.name ?? 'Template'}
      back={back}
      beside={newest.data && <Badge color="gray">Version {shown.data?.version ?? newest.data.version}</Badge>}
      actions={newest.data && <Actions template={newest.data} shown={shown.data?.version} />}
    >
      <Loaded query={newest}>
        {(latest) => (
          <Loaded query={shown}>{(template) => <Editor template={template} latest={latest} />}</Loaded>
        )}
      </Loaded>
    </Page>
  )
}

function Editor({ template, latest }: { template: Template; latest: Template }) {
  const navigate = useNavigate()
  const save = useWrite(putTemplate, {
    refreshes: [getTemplate, listTemplates],
    said: 'Saved as a new version.',
    showsFailure: true,
  })
  const showNewest = () =>
    navigate({ to: '/templates/$templateId', params: { templateId: template.id }, search: {} })
  return (
    <>
      {template.version !== latest.version && (
        <Alert color="gray" title={`This is version ${template.version} of ${latest.version}`}>
          <Group justify="space-between">
            Saving it makes a new version with this content.
            <Button variant="default" onClick={() => void showNewest()}>
              Show the newest
            </Button>
          </Group>
        </Alert>
      )}
      <TemplateEditor
        key={template.version}
        first={template}
        saving={save.isPending}
        failure={save.error}
        onSave={(body) =>
          save.mutate(
            { input: { params: { id: template.id }, body } },
            { onSuccess: () => void showNewest() },
          )
        }
      />
    </>
  )
}

function Actions({ template, shown }: { template: Template; shown: number | undefined }) {
  const navigate = useNavigate()
  const may = useCan('templates:write')
  const remove = useWrite(deleteTemplate, { refreshes: [listTemplates], said: 'The template is deleted.' })
  const versions = Array.from({ length: template.version }, (_, back) => String(template.version - back))
  return (
    <>
      {versions.length > 1 && (
        <Select
          aria-label="Version"
          w={120}
          allowDeselect={false}
          value={String(shown ?? template.version)}
          data={versions.map((value) => ({ value, label: `Version ${value}` }))}
          onChange={(version) =>
            void navigate({
              to: '/templates/$templateId',
              params: { templateId: template.id },
              search: { version: version ?? undefined },
            })
          }
        />
      )}
      <ButtonLink
        to="/compose"
        search={{ template_id: template.id }}
        variant="default"
        leftSection={<IconSend size={14} />}
      >
        Send it
      </ButtonLink>
      <ConfirmButton
        disabled={!may}
        title={`Delete ${template.name}?`}
        consequence="It goes with all its versions. Messages that were made with it keep their content."
        verb="Delete"
        onConfirm={async () => {
          await remove.mutateAsync({ input: { params: { id: template.id } } })
          await navigate({ to: '/templates' })
        }}
      >
        Delete
      </ConfirmButton>
    </>
  )
}
