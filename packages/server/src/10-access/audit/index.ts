export { recordAudit, recordCampaignSend } from './record-audit.ts'
export { defaultAuditRetentionDays, purgeAudit } from './store.ts'
