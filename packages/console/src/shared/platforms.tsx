import { type Platform, type PushPlatform, platforms, pushPlatforms } from '@carillon/contract'
import { Group, Text } from '@mantine/core'
import {
  IconBrandAndroid,
  IconBrandApple,
  IconBrandWindows,
  IconDeviceMobile,
  IconMail,
  IconMessage,
  IconWallet,
  IconWorld,
  type TablerIcon,
} from '@tabler/icons-react'

/** How each platform is called by people, by its provider, and drawn. */
export const platformNames: Record<Platform, { name: string; provider: string; icon: TablerIcon }> = {
  apns: { name: 'iOS', provider: 'Apple Push Notification service', icon: IconBrandApple },
  fcm: { name: 'Android', provider: 'Firebase Cloud Messaging', icon: IconBrandAndroid },
  webpush: { name: 'Web', provider: 'Web Push', icon: IconWorld },
  wns: { name: 'Windows', provider: 'Windows Notification Service', icon: IconBrandWindows },
  email: { name: 'Email', provider: 'SMTP', icon: IconMail },
  sms: { name: 'SMS', provider: 'Twilio or SMPP', icon: IconMessage },
  wallet: { name: 'Wallet', provider: 'Apple Wallet', icon: IconWallet },
}

export const platformChoices = platforms.map((value) => ({ value, label: platformNames[value].name }))

/** Those that a device registers for. */
export const pushPlatformChoices = pushPlatforms.map((value) => ({ value, label: platformNames[value].name }))

export function isPushPlatform(value: unknown): value is PushPlatform {
  return pushPlatforms.some((platform) => platform === value)
}

export function isPlatform(value: unknown): value is Platform {
  return platforms.some((platform) => platform === value)
}

export function PlatformLabel({ platform }: { platform: string }) {
  const known = isPlatform(platform) ? platformNames[platform] : { name: platform, icon: IconDeviceMobile }
  return (
    <Group gap={5} wrap="nowrap" component="span">
      <known.icon size={15} stroke={1.6} aria-hidden />
      <Text component="span" size="sm">
        {known.name}
      </Text>
    </Group>
  )
}
