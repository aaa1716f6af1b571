import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

/** Bell bronze: the one accent. Shade 6 on white and shade 4 on the dark surface both pass WCAG AA for text. */
const bell: MantineColorsTuple = [
  '#fbf6ec',
  '#f3e7cf',
  '#e8d0a2',
  '#dfbd7c',
  '#d6a850',
  '#b98228',
  '#936012',
  '#7b500f',
  '#62400d',
  '#49300a',
]

/** Neutral, slightly warm: surfaces from 9 (deepest) to 0 (text) in the dark scheme. */
const dark: MantineColorsTuple = [
  '#d6d5d2',
  '#bab8b4',
  '#9a9893',
  '#75736e',
  '#403e3b',
  '#32312e',
  '#282725',
  '#1b1a19',
  '#151413',
  '#0f0e0e',
]

/** As warm as the dark ones, so that both schemes are of one family. */
const gray: MantineColorsTuple = [
  '#f8f7f5',
  '#f3f2ef',
  '#e9e7e3',
  '#dfddd8',
  '#cfccc6',
  '#aeaba5',
  '#87847e',
  '#4d4b47',
  '#353431',
  '#22211f',
]

/** Every input is as dense as the tables around it. */
const field = { defaultProps: { size: 'xs' } }

const fontFamily =
  'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif'

export const theme = createTheme({
  primaryColor: 'bell',
  primaryShade: { light: 6, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  colors: { bell, dark, gray },
  fontFamily,
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.45', lg: '1.4', xl: '1.3' },
  spacing: { xs: '6px', sm: '10px', md: '14px', lg: '20px', xl: '28px' },
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  defaultRadius: 'sm',
  headings: {
    fontFamily,
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '18px', lineHeight: '1.3' },
      h2: { fontSize: '14px', lineHeight: '1.4' },
      h3: { fontSize: '13px', lineHeight: '1.4' },
    },
  },
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'xs' }, vars: buttonVars },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 28 } },
    Alert: { defaultProps: { variant: 'light', p: 'sm' } },
    Badge: { defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 500 } },
    Drawer: {
      defaultProps: { position: 'right', size: 480, padding: 'lg', overlayProps: { backgroundOpacity: 0.3 } },
    },
    Modal: { defaultProps: { centered: true, padding: 'lg', overlayProps: { backgroundOpacity: 0.3 } } },
    Input: { vars: () => ({ wrapper: { '--input-fz': '13px' } }) },
    InputWrapper: {
      vars: () => ({
        description: { '--input-description-size': '12px' },
        error: { '--input-error-size': '12px' },
      }),
    },
    Kbd: { defaultProps: { size: 'sm' } },
    Paper: { defaultProps: { radius: 'md' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Radio: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs', withThumbIndicator: false } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Autocomplete: field,
    MultiSelect: field,
    NumberInput: field,
    PasswordInput: field,
    Select: { defaultProps: { size: 'xs', comboboxProps: { shadow: 'md' } } },
    TagsInput: field,
    Textarea: field,
    TextInput: field,
    Table: { defaultProps: { verticalSpacing: 7, horizontalSpacing: 'md', highlightOnHover: true } },
    Text: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true } },
  },
})

/** Mantine picks the text colour on the accent for the light scheme alone; in the dark one the accent is light. */
function buttonVars(_: unknown, { variant = 'filled', color }: { variant?: string; color?: string }) {
  const onAccent =
    variant === 'filled' && !color ? { '--button-color': 'var(--mantine-primary-color-contrast)' } : {}
  return { root: { '--button-fz': '13px', ...onAccent } }
}

/** Badges and alerts: a tint of the surface, with text that passes WCAG AA on it. */
function tints(scheme: 'light' | 'dark') {
  const tint = ['bell', 'gray', 'red', 'green', 'yellow', 'blue'].map((color) => {
    const shade = (n: number) => `var(--mantine-color-${color}-${n})`
    return scheme === 'light'
      ? {
          [`--mantine-color-${color}-light`]: `color-mix(in srgb, ${shade(6)} 13%, transparent)`,
          [`--mantine-color-${color}-light-color`]: `color-mix(in srgb, ${shade(9)} 70%, black)`,
        }
      : {
          [`--mantine-color-${color}-light`]: `color-mix(in srgb, ${shade(5)} 18%, transparent)`,
          [`--mantine-color-${color}-light-color`]: shade(2),
        }
  })
  return Object.assign({}, ...tint) as Record<string, string>
}

/** Mantine's own dimmed and placeholder greys miss WCAG AA on white; the outcomes keep one colour everywhere. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...tints('light'),
    '--mantine-primary-color-contrast': '#ffffff',
    '--mantine-color-text': '#1d1c1a',
    '--mantine-color-error': '#c2302a',
    '--mantine-color-red-text': '#c2302a',
    '--mantine-color-red-outline': '#c2302a',
    '--mantine-color-red-filled': '#c2302a',
    '--mantine-color-red-filled-hover': '#a82721',
    '--mantine-color-dimmed': '#63615c',
    '--mantine-color-placeholder': '#75736e',
    '--mantine-color-default-border': '#dfddd8',
    '--surface-rail': '#f8f7f5',
    '--surface-sunken': '#f5f4f1',
    '--line': '#e7e5e0',
    '--outcome-sent': '#2c8a5b',
    '--outcome-failed': '#cc3b34',
    '--outcome-excluded': '#8a8780',
    '--outcome-pending': '#e3e0da',
  },
  dark: {
    ...tints('dark'),
    '--mantine-primary-color-contrast': '#1b1a19',
    '--mantine-color-text': '#e4e2de',
    '--mantine-color-error': '#ff8a80',
    '--mantine-color-red-text': '#ff8a80',
    '--mantine-color-red-outline': '#ff8a80',
    '--mantine-color-red-filled': '#c2302a',
    '--mantine-color-red-filled-hover': '#d8433c',
    '--mantine-color-dimmed': '#a3a09a',
    '--mantine-color-placeholder': '#8b8882',
    '--mantine-color-default-border': '#3a3835',
    '--surface-rail': '#151413',
    '--surface-sunken': '#211f1e',
    '--line': '#2f2d2b',
    '--outcome-sent': '#43ad79',
    '--outcome-failed': '#ec6a60',
    '--outcome-excluded': '#7d7a74',
    '--outcome-pending': '#3a3835',
  },
})
