import { chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { chromiumPath } from './chromium.ts'
import { takeScreenshot, takeScreenshots } from './screenshots.ts'
import { startCarillon } from './start-carillon.ts'

const patience = { timeout: 20_000 }
const stack = new AsyncDisposableStack()
const faults: string[] = []
let page: Page

beforeAll(async () => {
  const carillon = stack.use(await startCarillon())
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] })
  stack.defer(() => browser.close())
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  page.setDefaultTimeout(patience.timeout)
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (line) => line.type() === 'error' && faults.push(line.text()))
  await page.goto(carillon.signInLink)
  await heading('Home').waitFor()
})
beforeEach(() => onTestFailed(() => takeScreenshot(page, 'failed')))
afterAll(() => stack.disposeAsync())

test('a setting out of its limits is refused beside its field, one within is kept', async () => {
  await go('Settings')
  await field('Attempts per delivery').fill('99')
  await save(0)
  await page.getByText('Takes 1 to 50').waitFor()
  await field('Attempts per delivery').fill('7')
  await save(0)
  await page.getByText('Saved.').waitFor()
})

test('sites are listed, and what is no site is told before it is saved', async () => {
  await page.getByLabel('Let web pages call').check()
  await field('Sites').fill('*.example.com, https://shop.example/path')
  await save(1)
  await page.getByText('https://shop.example/path: no host.').waitFor()
  await field('Sites').fill('*.example.com, shop.example')
  await save(1)
  await expect.poll(() => page.getByText('Saved.').count(), patience).toBeGreaterThan(0)
  await takeScreenshots(page, 'settings')
})

test('the audit tells of both, by whom, and narrows to one kind of change', async () => {
  await go('Audit')
  await heading('Audit').waitFor()
  await expect.poll(() => page.getByRole('link', { name: 'Change settings' }).count(), patience).toBe(2)
  await page.getByRole('link', { name: 'Sign in' }).waitFor()
  await takeScreenshots(page, 'audit')
  await field('To which').fill('settings')
  await expect.poll(() => page.getByRole('link', { name: 'Sign in' }).count(), patience).toBe(0)
  await page.getByRole('link', { name: 'Change settings' }).first().click()
  const details = page.getByRole('dialog')
  await details.getByText('PUT /v1/settings').waitFor()
  await details.getByText('Cors').waitFor()
  await takeScreenshots(page, 'audit-entry')
})

test('the audit is exported as it is narrowed', async () => {
  await page.keyboard.press('Escape')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export as CSV' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('audit.csv')
  const chunks = await (await download.createReadStream()).toArray()
  const lines = Buffer.concat(chunks).toString().trim().split('\r\n')
  expect(lines).toHaveLength(3)
  expect(lines[1]).toContain('putSettings')
})

test('filters that meet nothing say so, and are cleared', async () => {
  await field('Who').fill('nobody')
  await page.getByText('No entry matches').waitFor()
  await page.getByRole('link', { name: 'Clear the filters' }).click()
  await page.getByRole('link', { name: 'Sign in' }).waitFor()
  expect(await field('Who').inputValue()).toBe('')
})

test('nothing broke on the way', () => {
  expect(faults).toEqual([])
})

const heading = (name: string) => page.getByRole('heading', { name, exact: true, level: 1 })
const field = (name: string) => page.getByRole('textbox', { name, exact: true })
const go = (room: string) => page.getByRole('link', { name: room, exact: true }).click()
const save = (form: number) => page.getByRole('button', { name: 'Save', exact: true }).nth(form).click()
