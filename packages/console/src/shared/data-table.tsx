import { Box, Button, Center, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './data-table.module.css'
import type { Pages } from './server.ts'
import { FailureView, SkeletonRows } from './states.tsx'

export interface Column<Row> {
  title: string
  render: (row: Row) => ReactNode
  numeric?: boolean
  /** Hidden on screens narrower than this. */
  from?: 'xs' | 'sm' | 'md' | 'lg'
  width?: number | string
  /** For sentences, which would be squeezed to a word a line. */
  minWidth?: number
}

interface DataTableProps<Row> {
  /** What the rows are; read by screen readers. */
  caption: string
  pages: Pages<Row>
  columns: readonly Column<Row>[]
  rowKey: (row: Row) => string
  empty: ReactNode
}

/** A list read by cursor, with its loading, failed and empty states and a way to the next page. */
export function DataTable<Row>({ caption, pages, columns, rowKey, empty }: DataTableProps<Row>) {
  if (pages.isPending) return <SkeletonRows rows={8} />
  if (pages.error && pages.rows.length === 0) {
    return (
      <Box p="md">
        <FailureView error={pages.error} onRetry={pages.refetch} />
      </Box>
    )
  }
  if (pages.rows.length === 0) return empty
  return (
    <>
      <Rows
        caption={caption}
        rows={pages.rows}
        columns={columns}
        rowKey={rowKey}
        stale={pages.isPlaceholderData}
      />
      {pages.hasNextPage && (
        <Center py="sm" className={classes.more}>
          <Button
            variant="default"
            loading={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
          >
            Show more
          </Button>
        </Center>
      )}
    </>
  )
}

interface RowsProps<Row> {
  caption: string
  rows: readonly Row[]
  columns: readonly Column<Row>[]
  rowKey: (row: Row) => string
  stale?: boolean
}

export function Rows<Row>({ caption, rows, columns, rowKey, stale }: RowsProps<Row>) {
  return (
    <div className={classes.scroll} data-stale={stale || undefined}>
      <Table className={classes.table}>
        <Table.Caption className={classes.caption}>{caption}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.title} {...placing(column)}>
                <Text component="span" size="xs" c="dimmed" fw={500}>
                  {column.title}
                </Text>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={rowKey(row)} className={classes.row}>
              {columns.map((column) => (
                <Table.Td key={column.title} {...placing(column)}>
                  {column.render(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function placing<Row>({ numeric, from, width, minWidth }: Column<Row>) {
  return { ta: numeric ? ('right' as const) : undefined, visibleFrom: from, w: width, miw: minWidth }
}
