import {
  ActionIcon,
  Autocomplete,
  Button,
  Group,
  Popover,
  Select,
  Stack,
  Switch,
  Tabs,
  Text,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { type ContentDraft, textsOf, withLanguage, withoutLanguage, withTexts } from './content-editing.ts'
import { DataFields } from './data-fields.tsx'
import { languageName, usualLanguages } from './languages.ts'
import { OverridePanel } from './override-panel.tsx'
import { TextFields } from './text-fields.tsx'

interface ContentEditorProps {
  draft: ContentDraft
  onChange: (draft: ContentDraft) => void
  /** Sentences by field, as `content.title` or `overrides.apns.badge`. */
  errors: Record<string, string>
  /** The language whose tab is open; the preview follows it. */
  language: string | null
  onLanguage: (language: string | null) => void
}

const defaultTab = ':default'

/** Texts in every language, data for the app, and what single platforms get differently. */
export function ContentEditor({ draft, onChange, errors, language, onLanguage }: ContentEditorProps) {
  const { content, overrides } = draft
  const setContent = (next: typeof content) => onChange({ content: next, overrides })
  const languages = Object.keys(content.locales ?? {})
  const path = language === null ? 'content' : `content.locales.${language}`
  const remove = (gone: string) => {
    setContent(withoutLanguage(content, gone))
    onLanguage(null)
  }
  const add = (added: string) => {
    setContent(withLanguage(content, added))
    onLanguage(added)
  }
  return (
    <Stack>
      <Tabs
        value={language ?? defaultTab}
        onChange={(tab) => onLanguage(tab === defaultTab ? null : tab)}
        variant="outline"
      >
        <Tabs.List mb="sm">
          <Tabs.Tab value={defaultTab}>{languageName(content.default_locale ?? 'en')} (default)</Tabs.Tab>
          {languages.map((tag) => (
            <Tabs.Tab key={tag} value={tag}>
              {languageName(tag)}
            </Tabs.Tab>
          ))}
          <AddLanguage taken={languages} onAdd={add} />
        </Tabs.List>
      </Tabs>
      {language === null ? (
        <DefaultLanguage
          value={content.default_locale ?? 'en'}
          onChange={(default_locale) => setContent({ ...content, default_locale })}
        />
      ) : (
        <Group justify="space-between">
          <Text c="dimmed">Empty fields fall back to {languageName(content.default_locale ?? 'en')}.</Text>
          <ActionIcon aria-label={`Remove ${languageName(language)}`} onClick={() => remove(language)}>
            <IconTrash size={15} />
          </ActionIcon>
        </Group>
      )}
      <TextFields
        key={language}
        texts={textsOf(content, language)}
        fallback={language === null ? undefined : textsOf(content, null)}
        onChange={(change) => setContent(withTexts(content, language, change))}
        error={(field) => errors[`${path}.${field}`]}
      />
      <DataFields
        data={content.data}
        onChange={(data) => setContent({ ...content, data })}
        error={errors['content.data']}
      />
      <Switch
        label="Silent"
        description="Wakes the app without showing anything; iOS and Android only."
        checked={content.silent ?? false}
        onChange={(event) => setContent({ ...content, silent: event.currentTarget.checked || undefined })}
      />
      <Text fw={500}>Differently per platform</Text>
      <OverridePanel
        overrides={overrides}
        onChange={(next) => onChange({ content, overrides: next })}
        errors={errors}
      />
    </Stack>
  )
}

function DefaultLanguage({ value, onChange }: { value: string; onChange: (tag: string) => void }) {
  const tags = usualLanguages.includes(value) ? usualLanguages : [value, ...usualLanguages]
  return (
    <Select
      label="Default language"
      description="For everybody whose language has no text of its own"
      searchable
      allowDeselect={false}
      maw={280}
      data={tags.map((tag) => ({ value: tag, label: `${languageName(tag)} (${tag})` }))}
      value={value}
      onChange={(tag) => tag && onChange(tag)}
    />
  )
}

function AddLanguage({ taken, onAdd }: { taken: readonly string[]; onAdd: (tag: string) => void }) {
  const [opened, { open, close }] = useDisclosure(false)
  const [tag, setTag] = useState('')
  const fits = /^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$/.test(tag) && !taken.includes(tag)
  const add = () => {
    onAdd(tag)
    setTag('')
    close()
  }
  return (
    <Popover opened={opened} onDismiss={close} trapFocus shadow="md" position="bottom-start">
      <Popover.Target>
        <Button variant="subtle" size="compact-xs" m={4} leftSection={<IconPlus size={13} />} onClick={open}>
          Language
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Group gap="xs" align="flex-end">
          <Autocomplete
            label="Language tag"
            placeholder="de or pt-BR"
            data={usualLanguages.filter((usual) => !taken.includes(usual))}
            renderOption={({ option }) => `${languageName(option.value)} (${option.value})`}
            value={tag}
            onChange={setTag}
            comboboxProps={{ withinPortal: false }}
          />
          <Button disabled={!fits} onClick={add}>
            Add
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  )
}
