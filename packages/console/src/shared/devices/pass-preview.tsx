import type { Preview } from '@carillon/contract'
import { SegmentedControl, Stack } from '@mantine/core'
import { useState } from 'react'
import { PassImage } from '../content/pass-images.tsx'
import { PassCard, type ShownPass } from './pass-card.tsx'

/** A pass as the server would make it for this person. */
export function PassPreview({ preview: { payload } }: { preview: Preview }) {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return null
  return <PassContent content={payload} />
}

/** Both sides of a pass whose images are named by their ids. */
export function PassContent({ content }: { content: ShownPass }) {
  const [side, setSide] = useState<'front' | 'back'>('front')
  const images = (content.carillonImages ?? {}) as Record<string, string>
  const image = (name: string, className: string | undefined) => {
    const id = images[`${name}@2x`] ?? images[name]
    return id ? <PassImage id={id} alt="" className={className} /> : null
  }
  return (
    <Stack gap="xs">
      <SideSwitch side={side} onSide={setSide} />
      <PassCard pass={content} side={side} image={image} />
    </Stack>
  )
}

interface SideSwitchProps {
  side: 'front' | 'back'
  onSide: (side: 'front' | 'back') => void
}

export function SideSwitch({ side, onSide }: SideSwitchProps) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Side of the pass"
      value={side}
      onChange={onSide}
      data={[
        { value: 'front', label: 'Front' },
        { value: 'back', label: 'Back' },
      ]}
    />
  )
}
