import { type EventType, eventTypes, type Webhook } from '@carillon/contract'
import { Button, Group, MultiSelect, Stack, Switch, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { fieldErrors } from '../../shared/failure.ts'
import { useCan } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'

export type WebhookDraft = Pick<Webhook, 'url' | 'description' | 'types'>

interface WebhookFormProps {
  first: WebhookDraft
  verb: string
  saving: boolean
  failure: Error | null
  onSave: (draft: WebhookDraft) => void
}

/** The types by what they are about: `delivery.sent` under Delivery. */
const typeGroups = [...Map.groupBy(eventTypes, (type) => type.split('.')[0] as string)].map(
  ([group, items]) => ({ group: group.charAt(0).toUpperCase() + group.slice(1), items }),
)

export function WebhookForm({ first, verb, saving, failure, onSave }: WebhookFormProps) {
  const [url, setUrl] = useState(first.url)
  const [description, setDescription] = useState(first.description ?? '')
  const [wantsAll, setWantsAll] = useState(first.types === null)
  const [types, setTypes] = useState<EventType[]>(first.types ?? [])
  const may = useCan('webhooks:write')
  const errors = fieldErrors(failure)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSave({ url, description: description || null, types: wantsAll ? null : types })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          required
          type="url"
          label="Address"
          description="An https address of your own server"
          placeholder="https://example.com/carillon"
          value={url}
          error={errors.url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <TextInput
          label="Description"
          maxLength={255}
          value={description}
          error={errors.description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Switch
          label="Every type of event, those to come as well"
          checked={wantsAll}
          onChange={(event) => setWantsAll(event.currentTarget.checked)}
        />
        {!wantsAll && (
          <MultiSelect
            label="Types"
            required
            searchable
            data={typeGroups}
            value={types}
            error={errors.types}
            onChange={(next) => setTypes(next as EventType[])}
          />
        )}
        <FormFailure error={failure} fields={['url', 'description', 'types']} />
        <Group justify="flex-end">
          <Button type="submit" loading={saving} disabled={!may || (!wantsAll && types.length === 0)}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
