/**
 * Runs on the audio thread: gathers what the microphone hears into pieces of 100 ms and posts them as Float32Array.
 * Plain JavaScript, because it is loaded as it stands.
 */
class Capture extends AudioWorkletProcessor {
  #piece = new Float32Array(sampleRate / 10);
  #filled = 0;

  process([input]) {
    const channel = input[0];
    // No channel means that nothing is connected right now.
    if (channel !== undefined) this.#take(channel);
    return true;
  }

  #take(samples) {
    for (const sample of samples) {
      this.#piece[this.#filled++] = sample;
      if (this.#filled < this.#piece.length) continue;
      this.port.postMessage(this.#piece, [this.#piece.buffer]);
      this.#piece = new Float32Array(sampleRate / 10);
      this.#filled = 0;
    }
  }
}

registerProcessor("capture", Capture);
