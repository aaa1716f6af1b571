import type { Platform } from '@carillon/contract'
import { IconBell } from '@tabler/icons-react'
import classes from './notification-card.module.css'

/** What a device shows, whether it really arrived or is only a preview. */
export interface Shown {
  title?: string | null
  body?: string | null
  image?: string | null
  buttons?: readonly { id: string; title: string }[]
}

interface NotificationCardProps {
  platform: Platform
  shown: Shown
  appName: string
  icon?: string | null
  time?: string
  /** As after a long press or a pull down: the whole text, the picture, the buttons. */
  expanded?: boolean
  /** Absent: the buttons are drawn but do nothing. */
  onButton?: (id: string) => void
}

/**
 * One notification as its system draws it: how many lines are left of a long text, where the picture goes,
 * whether buttons show. Drawn after the systems of 2026; vendors change their drawing without notice.
 */
export function NotificationCard({
  platform,
  shown,
  appName,
  icon,
  time = 'now',
  expanded,
  onButton,
}: NotificationCardProps) {
  const { title, body, image, buttons = [] } = shown
  const whole = expanded || platform === 'webpush' || platform === 'wns'
  return (
    <article className={`${classes.card} ${classes[platform]}`} data-expanded={expanded || undefined}>
      <header className={classes.head}>
        {icon ? <img src={icon} alt="" className={classes.icon} /> : <DefaultIcon />}
        <span className={classes.app}>{appName}</span>
        <span className={classes.time}>{time}</span>
      </header>
      <div className={classes.texts}>
        {title && <p className={classes.title}>{title}</p>}
        {body && <p className={classes.body}>{body}</p>}
        {!title && !body && <p className={classes.body}>(no text)</p>}
      </div>
      {image && <img src={image} alt="" className={whole ? classes.picture : classes.thumbnail} />}
      {whole && buttons.length > 0 && (
        <footer className={classes.buttons}>
          {buttons.slice(0, platform === 'webpush' ? 2 : 4).map(({ id, title: label }) => (
            <button key={id} type="button" onClick={() => onButton?.(id)} tabIndex={onButton ? 0 : -1}>
              {label}
            </button>
          ))}
        </footer>
      )}
    </article>
  )
}

function DefaultIcon() {
  return (
    <span className={classes.icon}>
      <IconBell size="62%" stroke={1.8} aria-hidden />
    </span>
  )
}
