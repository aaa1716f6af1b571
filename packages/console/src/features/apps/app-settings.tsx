import { type App, deleteApp, getApp, listApps, patchApp } from '@carillon/contract'
import { Button, Group, PasswordInput, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { FileDrop, toBase64 } from '../../shared/file-drop.tsx'
import { Section } from '../../shared/page.tsx'
import { useCan, useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'

export function AppSettings({ app }: { app: App }) {
  return (
    <Stack maw={680}>
      <Section title="General">
        <General app={app} />
      </Section>
      <Section title="Identity" description="Who may say that a device belongs to a person.">
        <Identity app={app} />
      </Section>
      <Section title="Delete this app">
        <Deletion app={app} />
      </Section>
    </Stack>
  )
}

function usePatch(said: string) {
  return useWrite(patchApp, { refreshes: [getApp, listApps], said, showsFailure: true })
}

function General({ app }: { app: App }) {
  const [name, setName] = useState(app.name)
  const [category, setCategory] = useState(app.category ?? '')
  const [icon, setIcon] = useState(app.icon ?? '')
  const save = usePatch('Saved.')
  const errors = fieldErrors(save.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate({
      input: { params: { id: app.id }, body: { name, category: category || null, icon: icon || null } },
    })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormFailure error={save.error} fields={['name', 'category', 'icon']} />
        <TextInput
          required
          label="Name"
          value={name}
          error={errors.name}
          onChange={(e) => setName(e.currentTarget.value)}
        />
        <TextInput
          label="Category"
          value={category}
          error={errors.category}
          onChange={(e) => setCategory(e.currentTarget.value)}
        />
        <TextInput
          label="Icon"
          description="An https address, or a PNG or JPEG file up to 64 KB"
          value={icon.startsWith('data:') ? 'From a file' : icon}
          readOnly={icon.startsWith('data:')}
          error={errors.icon}
          onChange={(e) => setIcon(e.currentTarget.value)}
          rightSectionWidth={60}
          rightSection={
            icon && (
              <Button variant="subtle" size="compact-xs" onClick={() => setIcon('')}>
                Clear
              </Button>
            )
          }
        />
        <FileDrop
          label="Icon file"
          accept=".png,.jpg,.jpeg"
          onFile={(file) => void toBase64(file).then((data) => setIcon(`data:${file.type};base64,${data}`))}
        />
        <SaveAction saving={save.isPending} />
      </Stack>
    </form>
  )
}

function Identity({ app }: { app: App }) {
  const [required, setRequired] = useState(app.identity_required)
  const [key, setKey] = useState('')
  const save = usePatch('Identity settings saved.')
  const errors = fieldErrors(save.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const body = { identity_required: required, ...(key ? { identity_key: key } : {}) }
    save.mutate({ input: { params: { id: app.id }, body } }, { onSuccess: () => setKey('') })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormFailure error={save.error} fields={['identity_required', 'identity_key']} />
        <Switch
          label="Ask for a signed user token"
          description="A device then claims a person only with a token (JWT, HS256) that your own server signed with the key below."
          checked={required}
          error={errors.identity_required}
          onChange={(event) => setRequired(event.currentTarget.checked)}
        />
        <PasswordInput
          label={app.has_identity_key ? 'Replace the identity key' : 'Identity key'}
          description="32 to 256 characters; never shown again."
          autoComplete="off"
          value={key}
          error={errors.identity_key}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        <SaveAction saving={save.isPending} />
      </Stack>
    </form>
  )
}

function SaveAction({ saving }: { saving: boolean }) {
  const may = useCan('apps:write')
  return (
    <Group>
      <Button type="submit" loading={saving} disabled={!may}>
        Save
      </Button>
    </Group>
  )
}

function Deletion({ app }: { app: App }) {
  const navigate = useNavigate()
  const remove = useWrite(deleteApp, { refreshes: [listApps], said: `${app.name} is deleted.` })
  const may = useCan('apps:write') && app.status === 'unpublished'
  return (
    <Group justify="space-between">
      <Text c="dimmed" maw={420}>
        {app.status === 'published'
          ? 'Only an unpublished app can be deleted.'
          : 'Its credentials and subscriptions go with it. This cannot be undone.'}
      </Text>
      <ConfirmButton
        disabled={!may}
        color="red"
        variant="outline"
        title={`Delete ${app.name}?`}
        consequence="Its credentials and subscriptions are deleted too. This cannot be undone."
        verb="Delete for good"
        typed={app.name}
        onConfirm={async () => {
          await remove.mutateAsync({ input: { params: { id: app.id } } })
          await navigate({ to: '/apps' })
        }}
      >
        Delete
      </ConfirmButton>
    </Group>
  )
}
