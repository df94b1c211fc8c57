// What processes that live for long use of node:http. To import that would load all that it exports, and with its WebSocket the whole of
// what is behind `fetch` (Node.js 24): 3 MB of each process.

export const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http');
