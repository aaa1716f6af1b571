import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { appStatuses, environments, platforms } from '../words.ts'
import { EmailCredential } from './credential-email.ts'
import { Id, IdParams, Name, PageQuery, pageOf, Time } from './shared.ts'
import { SmsCredential } from './sms.ts'

export const App = z.object({
  id: Id,
  name: z.string(),
  category: z.string().nullable(),
  /** A data URL or https URL. */
  icon: z.string().nullable(),
  status: z.enum(appStatuses),
  publishable_key: z.string(),
  /** When true, a device claims a person only with a user token signed with the identity key. */
  identity_required: z.boolean(),
  has_identity_key: z.boolean(),
  credentials: z.array(z.enum(platforms)),
  subscriptions: z.number(),
  created_at: Time,
})
export type App = z.infer<typeof App>

const Icon = z
  .string()
  .max(90_000, 'is larger than 64 KB')
  .regex(/^(data:image\/(png|jpeg);base64,|https:\/\/)/, 'must be an https address or a PNG or JPEG data URL')

const appFields = {
  name: Name,
  category: z.string().trim().max(100).nullable().optional(),
  icon: Icon.nullable().optional(),
  identity_required: z.boolean().optional(),
  /** HS256 secret (32 to 256 characters) that signs user tokens; write-only. */
  identity_key: z.string().min(32).max(256).nullable().optional(),
}

export const AppCreate = z.strictObject(appFields)
export const AppPatch = z.strictObject({ ...appFields, name: Name.optional() })

export const listApps = endpoint({
  id: 'listApps',
  method: 'GET',
  path: '/v1/apps',
  access: 'apps:read',
  tag: 'Apps',
  status: 200,
  summary: 'List apps',
  query: PageQuery,
  answer: pageOf(App),
})
export const createApp = endpoint({
  id: 'createApp',
  method: 'POST',
  path: '/v1/apps',
  access: 'apps:write',
  tag: 'Apps',
  status: 201,
  summary: 'Create an app; it starts unpublished',
  body: AppCreate,
  answer: App,
})
export const getApp = endpoint({
  id: 'getApp',
  method: 'GET',
  path: '/v1/apps/{id}',
  access: 'apps:read',
  tag: 'Apps',
  status: 200,
  summary: 'Read an app',
  params: IdParams,
  answer: App,
})
export const patchApp = endpoint({
  id: 'patchApp',
  method: 'PATCH',
  path: '/v1/apps/{id}',
  access: 'apps:write',
  tag: 'Apps',
  status: 200,
  summary: 'Change an app',
  params: IdParams,
  body: AppPatch,
  answer: App,
})
export const deleteApp = endpoint({
  id: 'deleteApp',
  method: 'DELETE',
  path: '/v1/apps/{id}',
  access: 'apps:write',
  tag: 'Apps',
  status: 204,
  summary: 'Delete an unpublished app with its credentials and subscriptions',
  params: IdParams,
})
export const publishApp = endpoint({
  id: 'publishApp',
  method: 'POST',
  path: '/v1/apps/{id}/publish',
  access: 'apps:write',
  tag: 'Apps',
  status: 200,
  summary: 'Publish: the app may send',
  params: IdParams,
  answer: App,
})
export const unpublishApp = endpoint({
  id: 'unpublishApp',
  method: 'POST',
  path: '/v1/apps/{id}/unpublish',
  access: 'apps:write',
  tag: 'Apps',
  status: 200,
  summary: 'Unpublish: nothing of the app is sent',
  params: IdParams,
  answer: App,
})

const Pem = z.string().min(1).max(20_000)

export const ApnsTokenCredential = z.strictObject({
  auth: z.literal('token'),
  key: Pem,
  key_id: z.string(),
  team_id: z.string(),
  bundle_id: z.string(),
  environment: z.enum(environments),
})
export const ApnsCertificateCredential = z.strictObject({
  auth: z.literal('certificate'),
  /** A PKCS#12 file in base64. */
  certificate: z.string().min(1).max(50_000),
  passphrase: z.string().max(1_000),
  bundle_id: z.string().optional(),
  environment: z.enum(environments),
})
export const ApnsCredential = z.discriminatedUnion('auth', [ApnsTokenCredential, ApnsCertificateCredential])
export type ApnsCredential = z.infer<typeof ApnsCredential>

export const FcmCredential = z.union([
  z.strictObject({
    service_account: z.looseObject({ project_id: z.string(), client_email: z.string(), private_key: Pem }),
  }),
  z.strictObject({
    project_id: z.string(),
    client_email: z.string(),
    private_key: Pem,
    token_uri: z.url().optional(),
  }),
])
export type FcmCredential = z.infer<typeof FcmCredential>

export const WebPushCredential = z.strictObject({
  /** `mailto:` or https address of whoever runs this server (RFC 8292, section 2.1). */
  subject: z.string(),
  public_key: z.string().optional(),
  private_key: z.string().optional(),
})
export type WebPushCredential = z.infer<typeof WebPushCredential>

export const WnsCredential = z.strictObject({
  tenant_id: z.string(),
  client_id: z.string(),
  client_secret: z.string(),
})
export type WnsCredential = z.infer<typeof WnsCredential>

/** A pass type certificate from the Apple developer site, all in PEM. */
export const WalletCredential = z.strictObject({
  /** Such as `pass.com.example.loyalty`. */
  pass_type_id: z.string(),
  team_id: z.string(),
  certificate: Pem,
  key: Pem,
  /** Of the key, where it is encrypted. */
  passphrase: z.string().max(1_000).optional(),
  /** Apple's intermediate that issued the certificate: Worldwide Developer Relations, G4. */
  wwdr: Pem,
})
export type WalletCredential = z.infer<typeof WalletCredential>

export const CredentialParams = z.strictObject({ id: Id, platform: z.enum(platforms) })

/** What is shown of a credential: never a secret. `fields` are masked where the platform calls them secret. */
export const Credential = z.object({
  platform: z.enum(platforms),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** The id of the key that seals it at rest. */
  sealed_with: z.string(),
  expires_at: Time.nullable(),
  updated_at: Time,
})
export type Credential = z.infer<typeof Credential>

export const putCredential = endpoint({
  id: 'putCredential',
  method: 'PUT',
  path: '/v1/apps/{id}/credentials/{platform}',
  access: 'apps:write',
  tag: 'Apps',
  status: 200,
  summary: 'Save a credential; it is checked first and never shown again',
  params: CredentialParams,
  body: z.union([
    ApnsTokenCredential,
    ApnsCertificateCredential,
    ...FcmCredential.options,
    WebPushCredential,
    WnsCredential,
    EmailCredential,
    WalletCredential,
    ...SmsCredential.options,
  ]),
  answer: Credential,
})
export const getCredential = endpoint({
  id: 'getCredential',
  method: 'GET',
  path: '/v1/apps/{id}/credentials/{platform}',
  access: 'apps:read',
  tag: 'Apps',
  status: 200,
  summary: 'Read the masked form of a credential',
  params: CredentialParams,
  answer: Credential,
})
export const listCredentials = endpoint({
  id: 'listCredentials',
  method: 'GET',
  path: '/v1/apps/{id}/credentials',
  access: 'apps:read',
  tag: 'Apps',
  status: 200,
  summary: 'List the masked credentials of an app',
  params: IdParams,
  answer: z.object({ data: z.array(Credential) }),
})
export const deleteCredential = endpoint({
  id: 'deleteCredential',
  method: 'DELETE',
  path: '/v1/apps/{id}/credentials/{platform}',
  access: 'apps:write',
  tag: 'Apps',
  status: 204,
  summary: 'Forget a credential',
  params: CredentialParams,
})

export const ProbeStage = z.object({
  stage: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  hint: z.string().optional(),
})
export type ProbeStage = z.infer<typeof ProbeStage>

export const testCredential = endpoint({
  id: 'testCredential',
  method: 'POST',
  path: '/v1/apps/{id}/credentials/{platform}/test',
  access: 'apps:write',
  tag: 'Apps',
  status: 200,
  summary: 'Try a credential against the provider, stage by stage',
  params: CredentialParams,
  /** With a subscription the last stage sends a real test notification to it. */
  body: z.strictObject({ subscription_id: Id.optional() }),
  answer: z.object({ stages: z.array(ProbeStage) }),
})
