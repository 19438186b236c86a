// What `make lint` holds against the app: faults, not taste. How lines look is Prettier's. Why: docs/adr/0037.
import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import ts from 'typescript-eslint'

const TYPED = ['**/*.ts', '**/*.vue']
/** The builds' settings are no part of the app, nor of its tsconfig.json. */
const UNTYPED = ['**/*.mjs', '**/*.js', '*.ts']

export default ts.config(
  { ignores: ['dist/', 'src/api/schema.ts', 'src/api/error-codes.ts', 'src/pages/check-in/words.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ts.configs.recommendedTypeChecked,
  vue.configs['flat/recommended'],
  {
    languageOptions: {
      parserOptions: {
        parser: ts.parser,
        projectService: true,
        extraFileExtensions: ['.vue'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'vue/eqeqeq': 'error',
      'vue/no-unused-emit-declarations': 'error',
      'vue/no-unused-properties': 'error',
      'vue/no-unused-refs': 'error',

      // Code that is asynchronous by its type, though not by what it does, is so by `async`: what it throws is a
      // rejection, too.
      '@typescript-eslint/require-await': 'off',
      // A field that is taken out to have the rest.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // Chinese texts have Chinese spaces. In code they are a fault.
      'no-irregular-whitespace': 'off',
      'vue/no-irregular-whitespace': ['error', { skipHTMLTextContents: true }],
      // `prop?: T` says that it may be left out, and what it is then: undefined.
      'vue/require-default-prop': 'off',
    },
  },
  // A page is named after its folder.
  { files: ['src/pages/**/*.vue'], rules: { 'vue/multi-word-component-names': 'off' } },
  // The compiler knows which names there are.
  { files: TYPED, rules: { 'no-undef': 'off' } },
  { files: UNTYPED, extends: [ts.configs.disableTypeChecked] },
  { files: ['scripts/**'], languageOptions: { globals: globals.node }, rules: { 'no-console': 'off' } },
  { files: ['src/static/**'], languageOptions: { globals: globals.browser } },
  { files: ['src/custom-tab-bar/**'], languageOptions: { globals: { Component: 'readonly' } } },
  prettier,
)
