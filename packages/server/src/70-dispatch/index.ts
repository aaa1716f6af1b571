export { forgetUses } from './gates/store.ts'
export {
  dropReports,
  insertReports,
  nextReportAt,
  postponeReports,
  type ReportRow,
  takeReports,
} from './provider-reports.ts'
export { type DispatcherSettings, laneOptions } from './start-dispatcher.ts'
export { tidyReported } from './token-hygiene.ts'
