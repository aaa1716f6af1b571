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
})
beforeEach(() => onTestFailed(() => takeScreenshot(page, 'failed')))
afterAll(() => stack.disposeAsync())

test('the printed link signs in and leads home', async () => {
  await heading('Home').waitFor()
  expect(new URL(page.url()).pathname).toBe('/')
  await takeScreenshots(page, 'home')
})

test('makes an app with the credentials of the sandbox, and publishes it', async () => {
  await go('Apps')
  await button('New app').click()
  await field('Name').fill('Bell shop')
  await button('Create').click()
  await heading('Bell shop').waitFor()
  await page.locator('section', { hasText: 'iOS' }).getByRole('button', { name: 'Add' }).click()
  await button('Use sandbox credentials').click()
  await expect.poll(() => field('Key id').inputValue(), patience).not.toBe('')
  await button('Save').click()
  await page.getByText('The provider credential is saved.').waitFor()
  await button('Publish').click()
  await page.getByText('Bell shop is published.').waitFor()
  await takeScreenshots(page, 'app')
})

test('makes a person and adds a virtual phone of theirs', async () => {
  await go('Users')
  await button('New user').click()
  await field('email').fill('eve@example.com')
  await button('Create').click()
  await heading('eve@example.com').waitFor()
  await go('Virtual phones')
  await button('Add a virtual phone').click()
  await pick('App', 'Bell shop')
  await field('Name').fill('Eve’s iPhone')
  await field('Belongs to').fill('eve@example.com')
  await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click()
  await page.getByText('Eve’s iPhone', { exact: true }).waitFor()
})

test('makes a segment and sees who is in it', async () => {
  await go('Segments')
  await page.getByRole('link', { name: 'New segment', exact: true }).first().click()
  await field('Name').fill('Only Eve')
  await button('Add condition').click()
  await field('Condition 1: value').fill('eve@example.com')
  await page.getByText('1 of them (100 %) can be reached by something.').waitFor()
  await takeScreenshots(page, 'segment')
  await button('Save').click()
  await heading('Only Eve').waitFor()
})

test('composes to the segment, launches, and watches the bar fill', async () => {
  await page.getByRole('link', { name: 'Write to it', exact: true }).click()
  await heading('Compose').waitFor()
  await pick('App', 'Bell shop')
  await field('Title').fill('Hello from the tower')
  await field('Body').fill('It is twelve o’clock.')
  await page.locator('article', { hasText: 'Hello from the tower' }).waitFor()
  await page.getByText('Expected: 1 recipient.').waitFor()
  await takeScreenshots(page, 'compose')
  await button('Launch').click()
  await heading('Hello from the tower').waitFor()
  const bar = page.getByRole('progressbar', { name: 'Progress of this message' })
  await expect.poll(() => bar.getAttribute('aria-valuetext'), patience).toMatch(/^1 sent, 0 failed/)
  await takeScreenshots(page, 'message')
})

test('sees it on the virtual phone, and its click in the report', async () => {
  await go('Virtual phones')
  const arrived = page.getByRole('log', { name: 'Notifications on Eve’s iPhone' })
  await arrived.getByText('Hello from the tower').waitFor()
  const reported = page.waitForResponse(/\/v1\/interactions$/)
  await arrived.getByRole('button', { name: 'Click' }).click()
  await reported
  await arrived.getByText('clicked').waitFor()
  await takeScreenshots(page, 'phones')
  await go('Messages')
  await page.getByRole('link', { name: 'Hello from the tower' }).click()
  const people = page.locator('section', { hasText: 'What people did' })
  await expect.poll(() => people.textContent(), patience).toMatch(/Clicked1100\s%/)
})

test('nothing went wrong behind the pages', () => {
  expect(faults).toEqual([])
})

const heading = (name: string) => page.getByRole('heading', { name, level: 1 })
const field = (name: string) => page.getByRole('textbox', { name, exact: true })
const button = (name: string) => page.getByRole('button', { name, exact: true }).first()

async function go(room: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: room, exact: true }).click()
  await heading(room).waitFor()
}

async function pick(label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}
