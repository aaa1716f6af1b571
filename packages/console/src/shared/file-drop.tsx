import { FileButton, Text, UnstyledButton } from '@mantine/core'
import { IconFileUpload } from '@tabler/icons-react'
import { useState } from 'react'
import classes from './file-drop.module.css'

interface FileDropProps {
  label: string
  /** File name endings, as an input element's `accept`. */
  accept: string
  /** What to drop, where the endings are too many to read. */
  hint?: string
  onFile: (file: File) => void
}

/** A place to drop a file, or to pick one. */
export function FileDrop({ label, accept, hint = accept, onFile }: FileDropProps) {
  const [name, setName] = useState<string>()
  const [over, setOver] = useState(false)
  const take = (file: File | null | undefined) => {
    if (!file) return
    setName(file.name)
    onFile(file)
  }
  return (
    <FileButton accept={accept} onChange={take}>
      {(button) => (
        <UnstyledButton
          {...button}
          className={classes.drop}
          data-over={over || undefined}
          onDragOver={(event) => {
            event.preventDefault()
            setOver(true)
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault()
            setOver(false)
            take(event.dataTransfer.files[0])
          }}
        >
          <IconFileUpload size={18} stroke={1.5} aria-hidden />
          <Text component="span">{name ?? label}</Text>
          <Text component="span" c="dimmed">
            {name ? 'Drop or pick another' : `Drop it here, or click to pick (${hint})`}
          </Text>
        </UnstyledButton>
      )}
    </FileButton>
  )
}

/** A file's bytes in base64, as the API takes binary files. */
export async function toBase64(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
