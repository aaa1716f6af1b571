import classes from './email-frame.module.css'

/**
 * An email's HTML as a mail program shows it: no scripts, no forms, nothing of this page; links open elsewhere. The
 * page's own policy holds inside as well.
 */
export function EmailFrame({ html, title }: { html: string; title: string }) {
  return (
    <iframe
      className={classes.frame}
      title={title}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      srcDoc={withLinksElsewhere(html)}
    />
  )
}

const base = '<base target="_blank">'

/** Within the head: anything before the doctype would make browsers draw it as in the nineties. */
function withLinksElsewhere(html: string): string {
  return /<head\b[^>]*>/i.test(html) ? html.replace(/<head\b[^>]*>/i, (head) => head + base) : base + html
}
