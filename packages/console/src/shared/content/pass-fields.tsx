import {
  barcodeFormats,
  type PassFields as FieldsByPlace,
  passKinds,
  transitTypes,
  type WalletOverrides,
} from '@carillon/contract'
import { ColorInput, Group, Select, SimpleGrid, Stack, Switch, Text } from '@mantine/core'
import { words } from '../format.ts'
import type { ChannelFieldsProps } from './channel-fields.tsx'
import { textsOf, withOverride, withTexts } from './content-editing.ts'
import { LiquidField } from './liquid-field.tsx'
import { PassFieldRows } from './pass-field-rows.tsx'
import { PassImages } from './pass-images.tsx'

const places = [
  { name: 'header', title: 'Header fields', hint: 'beside the logo, seen in the stack', most: 3 },
  { name: 'primary', title: 'Primary fields', hint: 'the largest', most: 2 },
  { name: 'secondary', title: 'Secondary fields', hint: '', most: 4 },
  { name: 'auxiliary', title: 'Auxiliary fields', hint: '', most: 5 },
  { name: 'back', title: 'Back fields', hint: 'on the other side; addresses become links', most: 20 },
] as const

/** A pass: what it says and how it looks. Its texts are Liquid; one for all languages. */
export function PassFields({ draft, onChange, errors, language }: ChannelFieldsProps) {
  const { content, overrides } = draft
  const wallet: WalletOverrides = overrides.wallet ?? {}
  const set = (key: keyof WalletOverrides) => (value: unknown) =>
    onChange({ content, overrides: withOverride(overrides, 'wallet', key, value) })
  const error = (name: string) => errors[`overrides.wallet.${name}`]
  const liquid = (
    key: 'organization_name' | 'logo_text' | 'relevant_at' | 'expires_at',
    label: string,
    hint?: string,
  ) => (
    <LiquidField
      label={label}
      description={hint}
      value={wallet[key]}
      error={error(key)}
      onChange={set(key)}
    />
  )
  return (
    <Stack>
      <LiquidField
        key={language}
        label="Title"
        description="What the pass is; read out by VoiceOver"
        required={language === null}
        value={textsOf(content, language).title}
        error={
          errors[`${language === null ? 'content' : `content.locales.${language}`}.title`] ??
          error('description')
        }
        onChange={(title) => onChange({ content: withTexts(content, language, { title }), overrides })}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <Select
          label="Kind"
          allowDeselect={false}
          data={passKinds.map((value) => ({ value, label: kindNames[value] }))}
          value={wallet.kind ?? 'generic'}
          onChange={set('kind')}
        />
        {wallet.kind === 'boardingPass' && (
          <Select
            label="Way of travelling"
            data={transitTypes.map((value) => ({ value, label: words(value) }))}
            value={wallet.transit_type ?? null}
            error={error('transit_type')}
            onChange={(value) => set('transit_type')(value ?? undefined)}
          />
        )}
        {liquid('organization_name', 'Organization', 'Empty: the name of the app')}
        {liquid('logo_text', 'Text beside the logo')}
      </SimpleGrid>
      <Text fw={500}>Images</Text>
      <PassImages
        images={wallet.images ?? {}}
        onChange={(images) => set('images')(orNone(images))}
        errors={errors}
      />
      <Colors wallet={wallet} set={set} error={error} />
      <Fields wallet={wallet} onChange={(fields) => set('fields')(fields)} error={error} />
      <Barcode barcode={wallet.barcode} onChange={set('barcode')} error={error} />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {liquid('relevant_at', 'Shows itself at', 'Such as 2026-05-01T18:00:00+02:00')}
        {liquid('expires_at', 'Expires at', 'Wallet shows it as expired from then on')}
      </SimpleGrid>
      <Group gap="lg">
        <Switch
          label="Void"
          checked={wallet.voided ?? false}
          onChange={(event) => set('voided')(event.currentTarget.checked || undefined)}
        />
        <Switch
          label="Not to be shared"
          checked={wallet.sharing_prohibited ?? false}
          onChange={(event) => set('sharing_prohibited')(event.currentTarget.checked || undefined)}
        />
      </Group>
    </Stack>
  )
}

export const kindNames: Record<(typeof passKinds)[number], string> = {
  boardingPass: 'Boarding pass',
  coupon: 'Coupon',
  eventTicket: 'Event ticket',
  generic: 'Generic',
  storeCard: 'Store card',
}

interface PartProps {
  wallet: WalletOverrides
  error: (name: string) => string | undefined
}

function Colors({
  wallet,
  set,
  error,
}: PartProps & { set: (key: keyof WalletOverrides) => (value: unknown) => void }) {
  const color = (key: 'background_color' | 'foreground_color' | 'label_color', label: string) => (
    <ColorInput
      label={label}
      format="hex"
      value={wallet[key] ?? ''}
      error={error(key)}
      onChange={(value) => set(key)(value || undefined)}
    />
  )
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
      {color('background_color', 'Background')}
      {color('foreground_color', 'Values')}
      {color('label_color', 'Labels')}
    </SimpleGrid>
  )
}

function Fields({
  wallet,
  onChange,
  error,
}: PartProps & { onChange: (fields: FieldsByPlace | undefined) => void }) {
  const fields = wallet.fields ?? {}
  const taken = new Set(places.flatMap(({ name }) => (fields[name] ?? []).map(({ key }) => key)))
  const freshKey = () => {
    let n = taken.size + 1
    while (taken.has(`field${n}`)) n += 1
    return `field${n}`
  }
  return (
    <>
      {places.map(({ name, ...place }) => (
        <PassFieldRows
          key={name}
          {...place}
          fields={fields[name] ?? []}
          freshKey={freshKey}
          error={(at, part) => error(`fields.${name}.${at}.${part}`)}
          onChange={(rows) => {
            const { [name]: _, ...others } = fields
            onChange(orNone(rows.length > 0 ? { ...others, [name]: rows } : others))
          }}
        />
      ))}
    </>
  )
}

interface BarcodeProps {
  barcode: WalletOverrides['barcode']
  onChange: (barcode: WalletOverrides['barcode']) => void
  error: (name: string) => string | undefined
}

function Barcode({ barcode, onChange, error }: BarcodeProps) {
  return (
    <SimpleGrid cols={{ base: 1, xs: barcode ? 3 : 2 }} spacing="sm">
      <Select
        label="Barcode"
        clearable
        placeholder="None"
        data={barcodeFormats.map((value) => ({ value, label: barcodeNames[value] }))}
        value={barcode?.format ?? null}
        onChange={(format) => onChange(format ? { message: '{{ user.id }}', ...barcode, format } : undefined)}
      />
      {barcode && (
        <>
          <LiquidField
            label="What it says"
            value={barcode.message}
            error={error('barcode.message')}
            onChange={(message) => onChange({ ...barcode, message })}
          />
          <LiquidField
            label="Below it"
            value={barcode.alt_text}
            error={error('barcode.alt_text')}
            onChange={(alt) => {
              const { alt_text: _, ...others } = barcode
              onChange(alt ? { ...others, alt_text: alt } : others)
            }}
          />
        </>
      )}
    </SimpleGrid>
  )
}

const barcodeNames: Record<(typeof barcodeFormats)[number], string> = {
  qr: 'QR',
  pdf417: 'PDF417',
  aztec: 'Aztec',
  code128: 'Code 128',
}

function orNone<T extends object>(value: T): T | undefined {
  return Object.keys(value).length > 0 ? value : undefined
}
