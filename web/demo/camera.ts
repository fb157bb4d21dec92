/** The camera's picture in a video element: the rear camera where there are several. */

export class Camera {
  readonly #video: HTMLVideoElement;
  readonly #onLost: () => void;
  #stream: MediaStream | null = null;

  /** @param onLost is told when the camera was unplugged, or its permission taken back */
  constructor(video: HTMLVideoElement, onLost: () => void) {
    this.#video = video;
    this.#onLost = onLost;
  }

  get isOn(): boolean {
    return this.#stream !== null;
  }

  /**
   * Ask for the camera and show its picture.
   *
   * @throws {DOMException} it is refused, missing or in use; "AbortError" if the signal came first
   */
  async start(signal: AbortSignal): Promise<void> {
    if (!navigator.mediaDevices) throw new DOMException("no HTTPS", "NotSupportedError");
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    if (signal.aborted) {
      end(stream);
      throw signal.reason;
    }
    this.#stream = stream;
    for (const track of stream.getTracks()) track.addEventListener("ended", this.#onLost);
    this.#video.srcObject = stream;
    await this.#video.play();
  }

  /** The camera's light goes out. */
  stop(): void {
    if (this.#stream) end(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
  }

  /** Until the video shows a frame that was not seen yet; rejects when the signal comes. */
  nextFrame(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#video.cancelVideoFrameCallback(asked);
        reject(signal.reason);
      };
      const asked = this.#video.requestVideoFrameCallback(() => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      });
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** The picture that is shown now, as a photo without loss. */
  still(): Promise<Blob> {
    const { videoWidth, videoHeight } = this.#video;
    const canvas = new OffscreenCanvas(videoWidth, videoHeight);
    canvas.getContext("2d")?.drawImage(this.#video, 0, 0);
    return canvas.convertToBlob({ type: "image/png" });
  }
}

function end(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
