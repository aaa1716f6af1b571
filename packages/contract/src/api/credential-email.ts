import { z } from 'zod'

/** How a mail server is spoken to. */
export const EmailCredential = z.strictObject({
  host: z.string().trim().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  /** `starttls` insists on it; `none` sends in the clear, and then no password is taken. */
  security: z.enum(['none', 'starttls', 'tls']),
  user: z.string().min(1).max(320).optional(),
  password: z.string().min(1).max(1_000).optional(),
  /** An address, or `Name <address>`. */
  from: z.string().trim().min(3).max(500),
  reply_to: z.string().trim().min(3).max(500).optional(),
  dkim: z
    .strictObject({
      domain: z.string().trim().min(1).max(253),
      selector: z.string().trim().min(1).max(63),
      /** RSA, PEM. */
      private_key: z.string().min(1).max(20_000),
    })
    .optional(),
  /** Where bounces and mailed unsubscribes go: every email gets a return address of its own there. */
  bounce_domain: z.string().trim().min(1).max(253).optional(),
})
export type EmailCredential = z.infer<typeof EmailCredential>
