import type { OperationIo } from '../operations/operation.ts';
import type { ArgsOf, OperationName, ResultOf } from '../operations/operations.ts';

/** Runs an operation on a database, in this process or in the server that has the database open. */
export type RunOperation = <N extends OperationName>(
  name: N,
  args: ArgsOf<N>,
  io?: Partial<OperationIo>,
) => Promise<ResultOf<N>>;

/** Input and output of an operation that has none. */
export const NO_IO: OperationIo = {
  files: [],
  // Ctrl-C ends this process, and with it the connection to a server.
  signal: new AbortController().signal,
  progress: () => {},
  reject: async () => {},
  write: () => Promise.reject(new Error('the operation has no output')),
};
