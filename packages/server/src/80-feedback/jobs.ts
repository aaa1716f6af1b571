export { runSmsReports } from './sms/run-reports.ts'
