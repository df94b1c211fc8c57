/** How test files, which run in processes of their own, learn of the server and the template that the run has made. */
export const RUN_VARIABLES = {
  serverUrl: 'EVERYTICK_TEST_SERVER_URL',
  template: 'EVERYTICK_TEST_TEMPLATE',
  databasePrefix: 'EVERYTICK_TEST_DATABASE_PREFIX',
} as const;
