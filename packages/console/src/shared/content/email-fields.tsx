import {
  attachmentTypes,
  type EmailAttachment,
  type EmailOverrides,
  maxAttachmentBytes,
} from '@carillon/contract'
import { ActionIcon, Alert, Group, SegmentedControl, SimpleGrid, Stack, Switch, Text } from '@mantine/core'
import { IconPaperclip, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { FileDrop, toBase64 } from '../file-drop.tsx'
import { bytes } from '../format.ts'
import type { ChannelFieldsProps } from './channel-fields.tsx'
import { type ContentDraft, type Language, textsOf, withOverride, withTexts } from './content-editing.ts'
import { LiquidField } from './liquid-field.tsx'

type OwnTexts = Pick<EmailOverrides, 'subject' | 'preheader' | 'html' | 'mjml' | 'text'>

const formats = [
  { value: 'text', label: 'Text' },
  { value: 'html', label: 'HTML' },
  { value: 'mjml', label: 'MJML' },
] as const
type Format = (typeof formats)[number]['value']

const firstMjml = `<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>Hello {{ user.first_name | default: "you" }}</mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>`

/** An email: its subject, and either a text or HTML, which MJML can be made into. */
export function EmailFields({ draft, onChange, errors, language }: ChannelFieldsProps) {
  const { content, overrides } = draft
  const own = ownTexts(overrides.email, language)
  const path = language === null ? 'overrides.email' : `overrides.email.locales.${language}`
  const shared = textsOf(content, language)
  const sharedPath = language === null ? 'content' : `content.locales.${language}`
  const setOwn = (change: Partial<OwnTexts>) => onChange(withOwn(draft, language, change))
  const setShared = (change: Parameters<typeof withTexts>[2]) =>
    onChange({ content: withTexts(content, language, change), overrides })
  const hasOwnSubject = own.subject !== undefined
  // Beside HTML in the default language, only a text of the email's own is an email of this language.
  const isBesideMarkup =
    language !== null && (overrides.email?.html !== undefined || overrides.email?.mjml !== undefined)
  const hasOwnText = own.text !== undefined || isBesideMarkup
  const format: Format = own.mjml !== undefined ? 'mjml' : own.html !== undefined ? 'html' : 'text'
  return (
    <Stack key={language}>
      <LiquidField
        label="Subject"
        required={language === null}
        value={hasOwnSubject ? own.subject : shared.title}
        error={errors[`${path}.subject`] ?? errors[`${sharedPath}.title`]}
        onChange={(text) => (hasOwnSubject ? setOwn({ subject: text }) : setShared({ title: text }))}
      />
      <LiquidField
        label="Preheader"
        description="Shown beside the subject where emails are listed"
        value={own.preheader}
        error={errors[`${path}.preheader`]}
        onChange={(preheader) => setOwn({ preheader })}
      />
      <SegmentedControl
        aria-label="Written as"
        value={format}
        onChange={(next) => setOwn(rewritten(own, next as Format))}
        data={[...formats]}
      />
      {format === 'text' ? (
        <LiquidField
          label="Text"
          rows={10}
          value={hasOwnText ? own.text : shared.body}
          error={errors[`${path}.text`] ?? errors[`${sharedPath}.body`]}
          onChange={(text) => (hasOwnText ? setOwn({ text }) : setShared({ body: text }))}
        />
      ) : (
        <LiquidField
          label={format === 'html' ? 'HTML' : 'MJML'}
          description="What comes from people is escaped. Put {{ unsubscribe_url }} where they can end it."
          rows={14}
          value={format === 'html' ? own.html : own.mjml}
          error={errors[`${path}.${format}`] ?? errors[`${path}.html`]}
          onChange={(text) => setOwn(format === 'html' ? { html: text } : { mjml: text, html: undefined })}
        />
      )}
      {language === null && <ForAllLanguages draft={draft} onChange={onChange} errors={errors} />}
    </Stack>
  )
}

function ownTexts(email: EmailOverrides | undefined, language: Language): OwnTexts {
  return (language === null ? email : email?.locales?.[language]) ?? {}
}

/** An emptied text is left out; HTML and MJML stay while they are chosen, also when empty. */
function withOwn(
  { content, overrides }: ContentDraft,
  language: Language,
  change: Partial<OwnTexts>,
): ContentDraft {
  const email = overrides.email ?? {}
  const texts = Object.fromEntries(
    Object.entries({ ...ownTexts(email, language), ...change }).filter(
      ([name, value]) => value !== undefined && (value !== '' || name === 'html' || name === 'mjml'),
    ),
  )
  if (language === null) {
    const { subject: _s, preheader: _p, html: _h, mjml: _m, text: _t, ...rest } = email
    const next = { ...rest, ...texts }
    const { email: _, ...others } = overrides
    return { content, overrides: Object.keys(next).length > 0 ? { ...others, email: next } : others }
  }
  return {
    content,
    overrides: { ...overrides, email: { ...email, locales: { ...email.locales, [language]: texts } } },
  }
}

/** The same email in another way of writing, as far as it can be taken along. */
function rewritten(own: OwnTexts, format: Format): Partial<OwnTexts> {
  if (format === 'text') return { html: undefined, mjml: undefined }
  if (format === 'html') return { html: own.html ?? '', mjml: undefined }
  return { mjml: firstMjml, html: undefined }
}

function ForAllLanguages({ draft, onChange, errors }: Omit<ChannelFieldsProps, 'language'>) {
  const { content, overrides } = draft
  const set = (key: keyof EmailOverrides) => (value: unknown) =>
    onChange({ content, overrides: withOverride(overrides, 'email', key, value) })
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <LiquidField
          label="Name of the sender"
          placeholder="As in the credential"
          value={overrides.email?.from_name}
          error={errors['overrides.email.from_name']}
          onChange={set('from_name')}
        />
        <LiquidField
          label="Answers go to"
          placeholder="As in the credential"
          value={overrides.email?.reply_to}
          error={errors['overrides.email.reply_to']}
          onChange={set('reply_to')}
        />
      </SimpleGrid>
      {hasHtml(overrides.email) && (
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Switch
            label="Count clicks"
            description="Links lead through this server"
            checked={overrides.email?.track_clicks ?? false}
            onChange={(event) => set('track_clicks')(event.currentTarget.checked || undefined)}
          />
          <Switch
            label="Count opens"
            description="Many mail programs load pictures by themselves"
            checked={overrides.email?.track_opens ?? false}
            onChange={(event) => set('track_opens')(event.currentTarget.checked || undefined)}
          />
        </SimpleGrid>
      )}
      <Attachments
        files={overrides.email?.attachments ?? []}
        onChange={set('attachments')}
        error={Object.entries(errors).find(([name]) => name.startsWith('overrides.email.attachments'))?.[1]}
      />
    </>
  )
}

/** In any language: a text alone has nothing that could be counted. */
function hasHtml(email: EmailOverrides | undefined): boolean {
  const all = [email, ...Object.values(email?.locales ?? {})]
  return all.some((texts) => texts?.html !== undefined || texts?.mjml !== undefined)
}

const typeOfExtension = new Map(
  Object.entries(attachmentTypes).flatMap(([type, extensions]) =>
    extensions.map((each) => [each, type] as const),
  ),
)
const accepted = [...typeOfExtension.keys()].map((extension) => `.${extension}`).join(',')
const mostFiles = 4

interface AttachmentsProps {
  files: readonly EmailAttachment[]
  onChange: (files: EmailAttachment[]) => void
  error: string | undefined
}

function Attachments({ files, onChange, error }: AttachmentsProps) {
  const [refusal, setRefusal] = useState<string>()
  const add = async (file: File) => {
    const type = typeOfExtension.get(file.name.split('.').at(-1)?.toLowerCase() ?? '')
    const attached = files.reduce((sum, { content }) => sum + content.length, 0)
    const isTooLarge = attached + Math.ceil(file.size / 3) * 4 > maxAttachmentBytes
    setRefusal(
      !type ? `${file.name} is of a type that may not be attached.` : isTooLarge ? tooLarge : undefined,
    )
    if (type && !isTooLarge)
      onChange([...files, { filename: file.name, content_type: type, content: await toBase64(file) }])
  }
  return (
    <Stack gap="xs">
      <Text fw={500}>Attachments</Text>
      {files.map(({ filename, content }, i) => (
        <Group key={`${filename} ${content.length}`} gap="xs" wrap="nowrap">
          <IconPaperclip size={15} aria-hidden />
          <Text truncate flex={1}>
            {filename}
          </Text>
          <Text c="dimmed">{bytes((content.length / 4) * 3)}</Text>
          <ActionIcon
            aria-label={`Remove ${filename}`}
            onClick={() => onChange(files.filter((_, at) => at !== i))}
          >
            <IconTrash size={15} />
          </ActionIcon>
        </Group>
      ))}
      {files.length < mostFiles && (
        <FileDrop
          key={files.length}
          label="Attach a file"
          accept={accepted}
          hint="documents, pictures, texts, calendar files"
          onFile={(file) => void add(file)}
        />
      )}
      {(refusal ?? error) && <Alert color="red">{refusal ?? error}</Alert>}
    </Stack>
  )
}

const tooLarge = 'All files together may have 10 MB in base64, about 7.5 MB on disk.'
