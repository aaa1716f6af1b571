import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { subscriptionStatuses } from '../words.ts'
import { Id, IdParams, JsonValue, PageQuery, pageOf, Time } from './shared.ts'

/** A person's pass; the id is that of its subscription, and a person has one for an app. */
export const Pass = z.object({
  id: Id,
  app_id: Id,
  user_id: Id.nullable(),
  serial: z.string(),
  pass_type_id: z.string(),
  /** Answers the pass itself; whoever has it can add the pass. */
  url: z.string(),
  kind: z.string(),
  description: z.string(),
  status: z.enum(subscriptionStatuses),
  /** Phones and watches that have it in their Wallet. */
  devices: z.number(),
  /** Grows with every change of any pass; opaque. */
  tag: z.string(),
  /** The message that made this version of it. */
  message_id: Id.nullable(),
  updated_at: Time,
  created_at: Time,
})
export type Pass = z.infer<typeof Pass>

export const listPasses = endpoint({
  id: 'listPasses',
  method: 'GET',
  path: '/v1/passes',
  access: 'users:read',
  tag: 'Passes',
  status: 200,
  summary: 'List issued passes with their links, newest first',
  query: PageQuery.extend({ app_id: Id.optional(), user_id: Id.optional() }),
  answer: pageOf(Pass),
})
export const getPass = endpoint({
  id: 'getPass',
  method: 'GET',
  path: '/v1/passes/{id}',
  access: 'users:read',
  tag: 'Passes',
  status: 200,
  summary: 'Read an issued pass, as Wallet shows it',
  params: IdParams,
  /** `content` is pass.json without what identifies the pass. */
  answer: Pass.extend({ content: JsonValue }),
})

/** Bytes of one image; a whole pass is fetched over a mobile network. */
export const maxPassImageBytes = 256 * 1024

export const PassImage = z.object({ id: Id, width: z.number(), height: z.number(), size_bytes: z.number() })
export type PassImage = z.infer<typeof PassImage>

export const createPassImage = endpoint({
  id: 'createPassImage',
  method: 'POST',
  path: '/v1/pass-images',
  access: 'templates:write',
  tag: 'Passes',
  status: 201,
  alsoStatus: [200],
  summary: 'Upload an image for passes: 201 when new, 200 when it is there already',
  body: z.strictObject({
    /** A PNG in base64, or as a data URL. */
    data: z
      .string()
      .min(1)
      .max(Math.ceil((maxPassImageBytes * 4) / 3) + 100),
  }),
  answer: PassImage,
})
export const getPassImage = endpoint({
  id: 'getPassImage',
  method: 'GET',
  path: '/v1/pass-images/{id}',
  access: 'templates:read',
  tag: 'Passes',
  status: 200,
  summary: 'Read an image of passes',
  params: IdParams,
  /** `data` is a data URL. */
  answer: PassImage.extend({ data: z.string() }),
})
