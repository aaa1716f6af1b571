import { type Channel, channelOfPlatform, channels, type Overrides, type Platform } from '@carillon/contract'
import { Center, Group, SegmentedControl, Text } from '@mantine/core'
import { IconBell, IconMail, IconMessage, IconWallet, type TablerIcon } from '@tabler/icons-react'

export const channelNames: Record<Channel, { name: string; icon: TablerIcon }> = {
  push: { name: 'Push', icon: IconBell },
  email: { name: 'Email', icon: IconMail },
  sms: { name: 'SMS', icon: IconMessage },
  pass: { name: 'Wallet pass', icon: IconWallet },
}

/** What each of them reaches. */
export const channelReach: Record<Channel, string> = {
  push: 'Devices reachable',
  email: 'Addresses reachable',
  sms: 'Numbers reachable',
  pass: 'Passes held',
}

export function ChannelLabel({ channel }: { channel: Channel }) {
  const { name, icon: Icon } = channelNames[channel]
  return (
    <Group gap={5} wrap="nowrap" component="span">
      <Icon size={15} stroke={1.6} aria-hidden />
      <Text component="span" size="sm">
        {name}
      </Text>
    </Group>
  )
}

interface ChannelSelectProps {
  value: Channel
  onChange: (channel: Channel) => void
  /** All of them, unless only some are to be had. */
  of?: readonly Channel[]
  label?: string
}

export function ChannelSelect({ value, onChange, of = channels, label = 'Channel' }: ChannelSelectProps) {
  return (
    <SegmentedControl
      fullWidth
      aria-label={label}
      value={value}
      onChange={onChange}
      data={of.map((channel) => ({
        value: channel,
        label: (
          <Center>
            <ChannelLabel channel={channel} />
          </Center>
        ),
      }))}
    />
  )
}

/** The channel that texts were last written for, as far as they tell. */
export function firstChannelOf(overrides: Overrides): Channel {
  const [platform] = Object.keys(overrides) as Platform[]
  return platform ? channelOfPlatform(platform) : 'push'
}
