import type { Command } from 'commander';
import type { DemoFlags } from './actions/demo.ts';

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('serve an invented restaurant chain with 16 days of history, and poll it every minute')
    .option('--port <number>', 'the port to listen on (PORT, default 5000)')
    .action(async (flags: DemoFlags) => (await import('./actions/demo.ts')).demo(flags));
}
