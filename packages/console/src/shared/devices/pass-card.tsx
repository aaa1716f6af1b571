import { Text } from '@mantine/core'
import { IconBarcode, IconQrcode } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './pass-card.module.css'

interface Field {
  key: string
  label?: string
  value: string
}

/** What a pass shows, as pass.json says it. */
export interface ShownPass {
  [name: string]: unknown
}

const kinds = ['boardingPass', 'coupon', 'eventTicket', 'generic', 'storeCard'] as const

interface PassCardProps {
  pass: ShownPass
  side: 'front' | 'back'
  /** Draws an image of the pass, if it has it: `logo`, `strip`, … */
  image: (name: string, className: string | undefined) => ReactNode
}

/** A pass, near to how Wallet draws it. */
export function PassCard({ pass, side, image }: PassCardProps) {
  const kind = kinds.find((name) => pass[name] !== undefined) ?? 'generic'
  const style = (pass[kind] ?? {}) as Record<string, unknown>
  const fields = (place: string) => (style[place] ?? []) as Field[]
  if (side === 'back') return <Back fields={fields('backFields')} />
  const colors = {
    background: textOf(pass.backgroundColor) ?? '#ffffff',
    color: textOf(pass.foregroundColor) ?? (pass.backgroundColor ? '#ffffff' : '#111111'),
    '--pass-label': textOf(pass.labelColor) ?? 'inherit',
  }
  return (
    <section
      className={classes.card}
      style={colors}
      data-kind={kind}
      aria-label="Pass"
      data-void={pass.voided === true || undefined}
    >
      <header className={classes.head}>
        {image('logo', classes.logo)}
        <span className={classes.logoText}>{textOf(pass.logoText)}</span>
        <Row fields={fields('headerFields')} />
      </header>
      {image('strip', classes.strip)}
      <div className={classes.primary}>
        <Row fields={fields('primaryFields')} large />
        {image('thumbnail', classes.thumbnail)}
      </div>
      <Row fields={fields('secondaryFields')} />
      <Row fields={fields('auxiliaryFields')} />
      <Barcode pass={pass} />
      {pass.voided === true && <span className={classes.void}>Void</span>}
    </section>
  )
}

function Row({ fields, large }: { fields: readonly Field[]; large?: boolean }) {
  if (fields.length === 0) return null
  return (
    <dl className={classes.row} data-large={large || undefined}>
      {fields.map(({ key, label, value }) => (
        <div key={key}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** What a scanner reads, in words: the pattern itself is drawn by Wallet. */
function Barcode({ pass }: { pass: ShownPass }) {
  const [code] = (pass.barcodes ?? []) as { format: string; message: string; altText?: string }[]
  if (!code) return null
  const Icon = /QR|Aztec/.test(code.format) ? IconQrcode : IconBarcode
  return (
    <div className={classes.barcode}>
      <Icon size={46} stroke={1.2} aria-hidden />
      <span className={classes.message}>{code.message}</span>
      {code.altText && <span>{code.altText}</span>}
    </div>
  )
}

function Back({ fields }: { fields: readonly Field[] }) {
  return (
    <section className={classes.back} aria-label="Back of the pass">
      {fields.length === 0 && <Text c="dimmed">Nothing is on the back.</Text>}
      <dl className={classes.list}>
        {fields.map(({ key, label, value }) => (
          <div key={key}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
