export { apnsVerdict } from '../apns-verdict.ts'
