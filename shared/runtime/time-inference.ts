import { emit } from './emit.ts';
import { inSpan } from './spans.ts';

/** Returns a model's forward pass, which records how long each takes. */
export const timeInference =
  <Inputs, Outputs>(model: string, embed: (inputs: Inputs) => Promise<Outputs>) =>
  async (inputs: Inputs): Promise<Outputs> => {
    const startedAt = performance.now();
    const record = (status: 'ok' | 'failed') =>
      emit('model_inference_duration_seconds', (performance.now() - startedAt) / 1000, { model, status });
    try {
      const outputs = await inSpan('embed', { attributes: { model } }, () => embed(inputs));
      record('ok');
      return outputs;
    } catch (error) {
      record('failed');
      throw error;
    }
  };
