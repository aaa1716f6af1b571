import type { Content } from '@carillon/contract'
import { ActionIcon, Autocomplete, Button, Group, Popover, Select, Tabs, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { type Language, withLanguage, withoutLanguage } from './content-editing.ts'
import { languageName, usualLanguages } from './languages.ts'

interface LanguageTabsProps {
  content: Content
  language: Language
  onLanguage: (language: Language) => void
  onChange: (content: Content) => void
}

const defaultTab = ':default'

/** One tab per language, and what concerns the language of the open one. */
export function LanguageTabs({ content, language, onLanguage, onChange }: LanguageTabsProps) {
  const languages = Object.keys(content.locales ?? {})
  const fallback = content.default_locale ?? 'en'
  const remove = (gone: string) => {
    onChange(withoutLanguage(content, gone))
    onLanguage(null)
  }
  const add = (added: string) => {
    onChange(withLanguage(content, added))
    onLanguage(added)
  }
  return (
    <>
      <Tabs
        value={language ?? defaultTab}
        onChange={(tab) => onLanguage(tab === defaultTab ? null : tab)}
        variant="outline"
      >
        <Tabs.List>
          <Tabs.Tab value={defaultTab}>{languageName(fallback)} (default)</Tabs.Tab>
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
          value={fallback}
          onChange={(default_locale) => onChange({ ...content, default_locale })}
        />
      ) : (
        <Group justify="space-between">
          <Text c="dimmed">Empty fields fall back to {languageName(fallback)}.</Text>
          <ActionIcon aria-label={`Remove ${languageName(language)}`} onClick={() => remove(language)}>
            <IconTrash size={15} />
          </ActionIcon>
        </Group>
      )}
    </>
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
      maw={340}
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
