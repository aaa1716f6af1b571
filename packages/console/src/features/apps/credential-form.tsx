import {
  type App,
  type BodyInputOf,
  getApp,
  listApps,
  listCredentials,
  type Platform,
  putCredential,
} from '@carillon/contract'
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconFlask } from '@tabler/icons-react'
import { type ComponentType, useState } from 'react'
import { fieldErrors } from '../../shared/failure.ts'
import { isObject, parseJson } from '../../shared/json-text.ts'
import { readAccounts, type SandboxAccounts, useHasSandbox } from '../../shared/sandbox.ts'
import { showFailure, useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'
import { ApnsFields } from './apns-fields.tsx'
import { EmailFields } from './email-fields.tsx'
import { FcmFields } from './fcm-fields.tsx'
import { SmsFields, smsBody, smsFieldNames } from './sms-fields.tsx'
import { WalletFields } from './wallet-fields.tsx'
import { WebPushFields } from './webpush-fields.tsx'
import { WnsFields } from './wns-fields.tsx'

type CredentialBody = BodyInputOf<typeof putCredential>

export interface FieldsProps {
  app: App
  /** What was entered so far; secrets never come back from the server. */
  values: Record<string, string>
  onChange: (values: Record<string, string>) => void
  errors: Record<string, string>
}

interface PlatformForm {
  Fields: ComponentType<FieldsProps>
  first: Record<string, string>
  body: (values: Record<string, string>) => CredentialBody
  fields: readonly string[]
  fromSandbox: (accounts: SandboxAccounts, values: Record<string, string>) => Record<string, string>
}

const dkimFields = ['dkim.domain', 'dkim.selector', 'dkim.private_key']

const forms: Record<Platform, PlatformForm> = {
  apns: {
    Fields: ApnsFields,
    first: { auth: 'token', environment: 'production' },
    fields: ['key', 'key_id', 'team_id', 'bundle_id', 'certificate', 'passphrase', 'environment'],
    body: (v) => apnsBody(v),
    fromSandbox: ({ apns, apns_certificate }, { auth }) =>
      auth === 'certificate'
        ? { auth, environment: 'production', ...apns_certificate }
        : { auth: 'token', environment: 'production', ...apns },
  },
  fcm: {
    Fields: FcmFields,
    first: {},
    fields: ['service_account'],
    body: ({ service_account = '' }) => fcmBody(parseJson(service_account).value),
    fromSandbox: ({ fcm }) => ({ service_account: JSON.stringify(fcm, null, 2) }),
  },
  webpush: {
    Fields: WebPushFields,
    first: {},
    fields: ['subject', 'public_key', 'private_key'],
    body: ({ subject = '', public_key, private_key }) =>
      public_key || private_key ? { subject, public_key, private_key } : { subject },
    fromSandbox: () => ({ subject: 'mailto:sandbox@example.com' }),
  },
  wns: {
    Fields: WnsFields,
    first: {},
    fields: ['tenant_id', 'client_id', 'client_secret'],
    body: ({ tenant_id = '', client_id = '', client_secret = '' }) => ({
      tenant_id,
      client_id,
      client_secret,
    }),
    fromSandbox: ({ wns }) => ({ ...wns }),
  },
  email: {
    Fields: EmailFields,
    first: { port: '587', security: 'starttls' },
    fields: [
      'host',
      'port',
      'security',
      'user',
      'password',
      'from',
      'reply_to',
      'bounce_domain',
      ...dkimFields,
    ],
    body: (v) => emailBody(v),
    fromSandbox: ({ email }) => ({ ...email, port: String(email.port) }),
  },
  sms: {
    Fields: SmsFields,
    first: { provider: 'twilio' },
    fields: smsFieldNames,
    body: smsBody,
    fromSandbox: ({ twilio, smpp }, { provider }) =>
      provider === 'smpp'
        ? // An account for each app: what phones write goes to the account that wrote to them.
          {
            ...smpp,
            system_id: smpp.system_id + Math.random().toString(36).slice(2, 6),
            port: String(smpp.port),
            tls: String(smpp.tls),
          }
        : { ...twilio },
  },
  wallet: {
    Fields: WalletFields,
    first: {},
    fields: ['pass_type_id', 'team_id', 'certificate', 'key', 'wwdr', 'passphrase'],
    body: ({ pass_type_id = '', team_id = '', certificate = '', key = '', wwdr = '', passphrase }) => ({
      pass_type_id,
      team_id,
      certificate,
      key,
      wwdr,
      ...(passphrase ? { passphrase } : {}),
    }),
    fromSandbox: ({ wallet }) => ({ ...wallet }),
  },
}

function emailBody(v: Record<string, string>): CredentialBody {
  const { host = '', port, security = 'starttls', from = '' } = v
  const optional = ['user', 'password', 'reply_to', 'bounce_domain'].flatMap((name) =>
    v[name] ? [[name, v[name]] as const] : [],
  )
  const hasDkim = dkimFields.some((name) => v[name])
  return {
    host,
    port: Number(port),
    security: security as 'none' | 'starttls' | 'tls',
    from,
    ...Object.fromEntries(optional),
    ...(hasDkim && {
      dkim: {
        domain: v['dkim.domain'] ?? '',
        selector: v['dkim.selector'] ?? '',
        private_key: v['dkim.private_key'] ?? '',
      },
    }),
  }
}

function fcmBody(file: unknown): CredentialBody {
  // Whatever was entered goes to the server, which names each field that is missing.
  return { service_account: (isObject(file) ? file : {}) as FcmFile }
}
type FcmFile = Extract<CredentialBody, { service_account: unknown }>['service_account']

function apnsBody(v: Record<string, string>): CredentialBody {
  const environment = v.environment === 'sandbox' ? 'sandbox' : 'production'
  const { key = '', key_id = '', team_id = '', bundle_id = '', certificate = '', passphrase = '' } = v
  if (v.auth === 'certificate') {
    return { auth: 'certificate', certificate, passphrase, environment, ...(bundle_id ? { bundle_id } : {}) }
  }
  return { auth: 'token', key, key_id, team_id, bundle_id, environment }
}

interface CredentialFormProps {
  app: App
  platform: Platform
  onSaved: () => void
}

export function CredentialForm({ app, platform, onSaved }: CredentialFormProps) {
  const { Fields, first, body, fields, fromSandbox } = forms[platform]
  const [values, setValues] = useState(first)
  const save = useWrite(putCredential, {
    refreshes: [listCredentials, getApp, listApps],
    said: 'The provider credential is saved.',
    showsFailure: true,
  })
  const submit = () =>
    save.mutate({ input: { params: { id: app.id, platform }, body: body(values) } }, { onSuccess: onSaved })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <Stack>
        <SandboxFill onFill={(accounts) => setValues(fromSandbox(accounts, values))} />
        <Fields app={app} values={values} onChange={setValues} errors={fieldErrors(save.error)} />
        <FormFailure error={save.error} fields={fields} />
        <Group justify="space-between">
          <Text c="dimmed" size="xs">
            Checked first, sealed at rest, never shown again.
          </Text>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function SandboxFill({ onFill }: { onFill: (accounts: SandboxAccounts) => void }) {
  const [reading, setReading] = useState(false)
  if (!useHasSandbox()) return null
  const fill = async () => {
    setReading(true)
    await readAccounts().then(onFill, showFailure)
    setReading(false)
  }
  return (
    <Alert color="gray" icon={<IconFlask size={17} />}>
      <Group justify="space-between" gap="xs">
        <Text>No provider account at hand? The sandbox has one that works here.</Text>
        <Button variant="default" loading={reading} onClick={() => void fill()}>
          Use sandbox credentials
        </Button>
      </Group>
    </Alert>
  )
}
