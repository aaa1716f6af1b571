import { type CalendarEntry, campaignCalendar } from '@carillon/contract'
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconChevronLeft, IconChevronRight, IconSpeakerphone } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Rows } from '../../shared/data-table.tsx'
import { BackLink, RowLink, TextLink } from '../../shared/links.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { useRead } from '../../shared/server.ts'
import { EmptyState, Loaded } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import classes from './calendar-page.module.css'
import { LocalSpan } from './local-span.tsx'
import { type Bar, barsOf, monthOf, monthText, otherMonth, weeksOf } from './month.ts'

const route = getRouteApi('/shell/campaigns/calendar')
const monthName = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric' })
const dayName = new Intl.DateTimeFormat('en', { weekday: 'short' })

/** More lines than these would push the other weeks off the screen; the list below has them all. */
const mostLines = 4

/** A month of campaigns, by the days of whoever looks at it. */
export function CalendarPage() {
  const month = monthOf(route.useSearch().month, new Date())
  const weeks = weeksOf(month)
  const query = useRead(
    campaignCalendar,
    { query: { from: (weeks[0]?.[0] as Date).toISOString(), to: endOf(weeks).toISOString() } },
    { keepLast: true },
  )
  return (
    <Page
      title="Calendar"
      back={<BackLink to="/campaigns">Campaigns</BackLink>}
      actions={<MonthButtons month={month} />}
    >
      <Loaded query={query}>
        {({ data, truncated }) => (
          <Stack>
            {truncated && (
              <Alert color="yellow" title="There are more">
                These are the 500 that start first.
              </Alert>
            )}
            <Section flush title={monthName.format(month)}>
              <Sheet weeks={weeks} month={month} entries={data} />
            </Section>
            <Section flush>
              <EntryList entries={data} />
            </Section>
          </Stack>
        )}
      </Loaded>
    </Page>
  )
}

function endOf(weeks: readonly Date[][]): Date {
  const last = weeks.at(-1)?.at(-1) as Date
  return new Date(last.getFullYear(), last.getMonth(), last.getDate() + 1)
}

function MonthButtons({ month }: { month: Date }) {
  const navigate = useNavigate()
  const show = (text: string | undefined) =>
    void navigate({ to: '/campaigns/calendar', search: { month: text }, replace: true })
  return (
    <>
      <Button
        variant="default"
        aria-label="The month before"
        onClick={() => show(monthText(otherMonth(month, -1)))}
      >
        <IconChevronLeft size={15} aria-hidden />
      </Button>
      <Button variant="default" onClick={() => show(undefined)}>
        This month
      </Button>
      <Button
        variant="default"
        aria-label="The month after"
        onClick={() => show(monthText(otherMonth(month, 1)))}
      >
        <IconChevronRight size={15} aria-hidden />
      </Button>
    </>
  )
}

interface SheetProps {
  weeks: readonly Date[][]
  month: Date
  entries: readonly CalendarEntry[]
}

function Sheet({ weeks, month, entries }: SheetProps) {
  return (
    <div className={classes.sheet}>
      <div className={classes.names} aria-hidden>
        {weeks[0]?.map((day) => (
          <Text key={day.getDay()} size="xs" c="dimmed" ta="center">
            {dayName.format(day)}
          </Text>
        ))}
      </div>
      {weeks.map((week) => (
        <Week key={week[0]?.getTime()} week={week} month={month} entries={entries} />
      ))}
    </div>
  )
}

function Week({ week, month, entries }: { week: readonly Date[] } & Omit<SheetProps, 'weeks'>) {
  const bars = barsOf(week, entries)
  const hidden = bars.filter(({ line }) => line >= mostLines).length
  const today = new Date().toDateString()
  return (
    <div className={classes.week}>
      {week.map((day, column) => (
        <Text
          key={day.getTime()}
          size="xs"
          className={classes.day}
          style={{ gridColumn: column + 1 }}
          data-outside={day.getMonth() !== month.getMonth() || undefined}
          data-today={day.toDateString() === today || undefined}
        >
          {day.getDate()}
        </Text>
      ))}
      {bars
        .filter(({ line }) => line < mostLines)
        .map((bar) => (
          <BarLink key={bar.entry.id} bar={bar} />
        ))}
      {hidden > 0 && (
        <Text size="xs" c="dimmed" px={6} className={classes.more}>
          {hidden} more
        </Text>
      )}
    </div>
  )
}

function BarLink({ bar: { entry, from, days, line, startsHere, endsHere } }: { bar: Bar }) {
  return (
    <TextLink
      to="/campaigns/$campaignId"
      params={{ campaignId: entry.id }}
      title={`${entry.name}, ${entry.status}`}
      className={classes.bar}
      style={{ gridColumn: `${from + 1} / span ${days}`, gridRow: line + 2 }}
      data-status={entry.status}
      data-starts={startsHere || undefined}
      data-ends={endsHere || undefined}
    >
      {entry.name}
    </TextLink>
  )
}

function EntryList({ entries }: { entries: readonly CalendarEntry[] }) {
  if (entries.length === 0) return <EmptyState icon={IconSpeakerphone} title="No campaign in these weeks" />
  return (
    <Rows
      caption="Campaigns of these weeks"
      rows={entries}
      rowKey={({ id }) => id}
      columns={[
        {
          title: 'Campaign',
          render: (entry) => (
            <RowLink to="/campaigns/$campaignId" params={{ campaignId: entry.id }}>
              {entry.name}
            </RowLink>
          ),
        },
        { title: 'Status', render: ({ status }) => <StatusPill status={status} /> },
        {
          title: 'From and to',
          from: 'xs',
          render: (entry) => (
            <Group gap="xs">
              <LocalSpan of={entry} />
            </Group>
          ),
        },
      ]}
    />
  )
}
