import type { Button as ContentButton } from '@carillon/contract'
import { ActionIcon, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import type { Texts } from './content-editing.ts'
import { LiquidField } from './liquid-field.tsx'

interface TextFieldsProps {
  texts: Texts
  /** What an empty field falls back to; none in the default language. */
  fallback?: Texts
  onChange: (change: Partial<Texts>) => void
  error: (field: string) => string | undefined
}

/** What a person reads, sees and taps, in one language. */
export function TextFields({ texts, fallback, onChange, error }: TextFieldsProps) {
  return (
    <Stack gap="sm">
      <LiquidField
        label="Title"
        placeholder={fallback?.title}
        value={texts.title}
        error={error('title')}
        onChange={(title) => onChange({ title })}
      />
      <LiquidField
        label="Body"
        rows={3}
        placeholder={fallback?.body}
        value={texts.body}
        error={error('body')}
        onChange={(body) => onChange({ body })}
      />
      <LiquidField
        label="Image address"
        placeholder={fallback?.image ?? 'https://…'}
        value={texts.image}
        error={error('image')}
        onChange={(image) => onChange({ image })}
      />
      <LiquidField
        label="Opens this address when tapped"
        placeholder={fallback?.action_url ?? 'https://… or app://…'}
        value={texts.action_url}
        error={error('action_url')}
        onChange={(action_url) => onChange({ action_url })}
      />
      <ButtonFields
        buttons={texts.buttons ?? []}
        onChange={(buttons) => onChange({ buttons })}
        error={error}
      />
    </Stack>
  )
}

interface ButtonFieldsProps {
  buttons: ContentButton[]
  onChange: (buttons: ContentButton[]) => void
  error: (field: string) => string | undefined
}

const mostButtons = 4

function ButtonFields({ buttons, onChange, error }: ButtonFieldsProps) {
  const set = (place: number, change: Partial<ContentButton>) =>
    onChange(buttons.map((button, at) => (at === place ? { ...button, ...change } : button)))
  return (
    <Stack gap={6}>
      <Text fw={500}>Buttons</Text>
      {buttons.map((button, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a button is its place; its id is being typed
        <Group key={place} gap={6} wrap="nowrap" align="flex-start">
          <TextInput
            aria-label={`Button ${place + 1}: id`}
            placeholder="id"
            w={110}
            value={button.id}
            error={error(`buttons.${place}.id`)}
            onChange={(event) => set(place, { id: event.currentTarget.value })}
          />
          <TextInput
            aria-label={`Button ${place + 1}: title`}
            placeholder="Title"
            flex={1}
            value={button.title}
            error={error(`buttons.${place}.title`)}
            onChange={(event) => set(place, { title: event.currentTarget.value })}
          />
          <TextInput
            aria-label={`Button ${place + 1}: address`}
            placeholder="https://… (optional)"
            flex={1}
            value={button.url ?? ''}
            error={error(`buttons.${place}.url`)}
            onChange={(event) => set(place, { url: event.currentTarget.value || undefined })}
          />
          <ActionIcon
            mt={1}
            aria-label={`Remove button ${place + 1}`}
            onClick={() => onChange(buttons.filter((_, at) => at !== place))}
          >
            <IconX size={14} />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<IconPlus size={13} />}
          disabled={buttons.length >= mostButtons}
          onClick={() => onChange([...buttons, { id: `button_${buttons.length + 1}`, title: '' }])}
        >
          Add button
        </Button>
      </Group>
    </Stack>
  )
}
