import type { Platform } from '@carillon/contract'
import type { ReactNode } from 'react'
import classes from './device-frame.module.css'

interface DeviceFrameProps {
  platform: Platform
  scheme: 'light' | 'dark'
  /** Grows with what it holds instead of keeping the proportions of a screen. */
  tall?: boolean
  children: ReactNode
}

/** A phone's lock screen, or the corner of a desktop. */
export function DeviceFrame({ platform, scheme, tall, children }: DeviceFrameProps) {
  const isPhone = platform === 'apns' || platform === 'fcm'
  return (
    <div
      className={`${classes.frame} ${isPhone ? classes.phone : classes.desktop} ${classes[platform]}`}
      data-scheme={scheme}
      data-tall={tall || undefined}
    >
      {isPhone && <LockScreenClock platform={platform} />}
      <div className={classes.notifications}>{children}</div>
      {!isPhone && <div className={classes.taskbar} aria-hidden />}
    </div>
  )
}

function LockScreenClock({ platform }: { platform: Platform }) {
  return (
    <div className={classes.clock} aria-hidden>
      <span>{platform === 'apns' ? 'Tuesday 9 September' : 'Tue, 9 Sept'}</span>
      <strong>9:41</strong>
    </div>
  )
}
