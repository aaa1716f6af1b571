import { z } from 'zod'
import { Locale } from './shared.ts'

const Text = z.string().max(20_000)
const Line = Text.max(2_000)

/** What requests that may carry attachments may have; bytes. */
export const emailBodyLimit = 16 * 1024 * 1024

const texts = {
  /** Without one, the title of the content. */
  subject: Line.optional(),
  /** What mail programs show beside the subject. */
  preheader: Line.optional(),
  /** Every output is escaped unless it ends in `| raw`. At most 200,000 characters where it holds Liquid. */
  html: z.string().max(4_000_000).optional(),
  /** Made into `html` when it is saved or sent, whatever `html` said. */
  mjml: z.string().max(100_000).optional(),
  /** Without one it is made from the HTML, or is the body of the content. */
  text: Text.optional(),
}

/** What may be attached, and how such files are called: what a mail program would run stays out. */
export const attachmentTypes: Readonly<Record<string, readonly string[]>> = {
  'application/pdf': ['pdf'],
  'application/json': ['json'],
  'application/msword': ['doc'],
  'application/vnd.ms-excel': ['xls'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['xlsx'],
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': ['pptx'],
  'application/vnd.oasis.opendocument.text': ['odt'],
  'application/vnd.oasis.opendocument.spreadsheet': ['ods'],
  'application/vnd.apple.pkpass': ['pkpass'],
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/gif': ['gif'],
  'image/webp': ['webp'],
  'text/plain': ['txt'],
  'text/csv': ['csv'],
  'text/calendar': ['ics'],
}

/** All attachments of an email together, in base64. */
export const maxAttachmentBytes = 10 * 1024 * 1024

export const EmailAttachment = z
  .strictObject({
    filename: z
      .string()
      .regex(/^[^/\\:*?"<>|]{1,200}$/, 'must be the name of a file, without a path')
      .refine((name) => !/[\p{Cc}\p{Cf}]/u.test(name), { message: 'may hold no control characters' }),
    content_type: z.string(),
    /** Base64. */
    content: z
      .string()
      .max(maxAttachmentBytes)
      .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'must be base64')
      .refine((text) => text.length % 4 === 0, { message: 'must be base64, with its padding' }),
  })
  .superRefine(({ filename, content_type }, context) => {
    const extensions = attachmentTypes[content_type]
    const extension = filename.split('.').at(-1)?.toLowerCase() ?? ''
    if (!extensions)
      context.addIssue({
        code: 'custom',
        path: ['content_type'],
        message: 'is not a type that may be attached',
      })
    else if (!extensions.includes(extension))
      context.addIssue({
        code: 'custom',
        path: ['filename'],
        message: `must end in .${extensions.join(' or .')}, as ${content_type} does`,
      })
  })
export type EmailAttachment = z.infer<typeof EmailAttachment>

const Attachments = z
  .array(EmailAttachment)
  .max(4)
  .refine((files) => files.reduce((sum, { content }) => sum + content.length, 0) <= maxAttachmentBytes, {
    message: 'may have 10 MB together, in base64',
  })

/** Only names that mean nothing to mail servers. */
const Headers = z
  .record(z.string().regex(/^X-[A-Za-z0-9-]{1,70}$/, 'must start with X-'), Text.max(900))
  .refine((headers) => Object.keys(headers).length <= 20, { message: 'at most 20' })
  .refine((headers) => !Object.keys(headers).some((name) => /^x-carillon/i.test(name)), {
    message: 'X-Carillon is ours',
  })

export const EmailOverrides = z.strictObject({
  enabled: z.boolean().optional(),
  ...texts,
  from_name: Text.max(200).optional(),
  reply_to: Text.max(320).optional(),
  headers: Headers.optional(),
  attachments: Attachments.optional(),
  /** True: links of the HTML lead through this server, which counts a click and sends the reader on. */
  track_clicks: z.boolean().optional(),
  /** True: a picture of one pixel counts that the HTML was shown, which many mail programs also do unseen. */
  track_opens: z.boolean().optional(),
  /** In other languages; `content.default_locale` names that of the texts above. */
  locales: z.record(Locale, z.strictObject(texts)).optional(),
})
export type EmailOverrides = z.infer<typeof EmailOverrides>
