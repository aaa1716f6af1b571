export { wallTime, zonedInstant } from '@carillon/contract'
