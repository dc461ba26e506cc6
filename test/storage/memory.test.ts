import { engineContract } from './contract/engine.ts';
import { MemoryStorage } from './memory/storage.ts';

engineContract('memory', async (options) => new MemoryStorage(options));
