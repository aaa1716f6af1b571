import { createPassImage, getPassImage, type PassImageName, type WalletOverrides } from '@carillon/contract'
import { ActionIcon, FileButton, Group, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconPhotoPlus, IconX } from '@tabler/icons-react'
import { toBase64 } from '../file-drop.tsx'
import { useRead, useWrite } from '../server.ts'
import classes from './pass-images.module.css'

type Images = NonNullable<WalletOverrides['images']>

/** Those that people make; the sharper ones follow by `@2x` and `@3x`. */
const offered: readonly { name: PassImageName; label: string; hint: string }[] = [
  { name: 'icon', label: 'Icon', hint: '29 × 29, required' },
  { name: 'icon@2x', label: 'Icon, sharp', hint: '58 × 58' },
  { name: 'icon@3x', label: 'Icon, sharpest', hint: '87 × 87' },
  { name: 'logo', label: 'Logo', hint: '160 × 50' },
  { name: 'logo@2x', label: 'Logo, sharp', hint: '320 × 100' },
  { name: 'strip', label: 'Strip', hint: '375 × 123' },
  { name: 'strip@2x', label: 'Strip, sharp', hint: '750 × 246' },
  { name: 'thumbnail', label: 'Thumbnail', hint: '90 × 90' },
  { name: 'background', label: 'Background', hint: '180 × 220' },
  { name: 'footer', label: 'Footer', hint: '286 × 15' },
]

interface PassImagesProps {
  images: Images
  onChange: (images: Images) => void
  errors: Record<string, string>
}

export function PassImages({ images, onChange, errors }: PassImagesProps) {
  const set = (name: PassImageName, id: string | undefined) => {
    const { [name]: _, ...others } = images
    onChange(id === undefined ? others : { ...others, [name]: id })
  }
  return (
    <Stack gap={6}>
      <Group gap="xs" align="flex-start">
        {offered.map(({ name, label, hint }) => (
          <ImageSlot
            key={name}
            label={label}
            hint={hint}
            id={images[name]}
            onChange={(id) => set(name, id)}
            error={errors[`overrides.wallet.images.${name}`]}
          />
        ))}
      </Group>
    </Stack>
  )
}

interface ImageSlotProps {
  label: string
  hint: string
  id: string | undefined
  onChange: (id: string | undefined) => void
  error: string | undefined
}

function ImageSlot({ label, hint, id, onChange, error }: ImageSlotProps) {
  const upload = useWrite(createPassImage)
  const take = async (file: File | null) => {
    if (!file) return
    const image = await upload
      .mutateAsync({ input: { body: { data: await toBase64(file) } } })
      .catch(() => null)
    if (image) onChange(image.id)
  }
  return (
    <div className={classes.slot}>
      <FileButton accept="image/png" onChange={(file) => void take(file)}>
        {(button) => (
          <UnstyledButton {...button} className={classes.drop} aria-label={`Pick a PNG: ${label}`}>
            {id ? <PassImage id={id} alt={label} /> : <IconPhotoPlus size={18} stroke={1.5} aria-hidden />}
          </UnstyledButton>
        )}
      </FileButton>
      {id && (
        <ActionIcon
          className={classes.remove}
          size={18}
          variant="default"
          aria-label={`Remove: ${label}`}
          onClick={() => onChange(undefined)}
        >
          <IconX size={11} />
        </ActionIcon>
      )}
      <Text size="xs">{label}</Text>
      <Text size="xs" c={error ? 'red' : 'dimmed'}>
        {error ?? hint}
      </Text>
    </div>
  )
}

/** An uploaded image, read from the server by its id. */
export function PassImage({ id, alt, className }: { id: string; alt: string; className?: string }) {
  const image = useRead(getPassImage, { params: { id } })
  return image.data ? <img src={image.data.data} alt={alt} className={className ?? classes.image} /> : null
}
