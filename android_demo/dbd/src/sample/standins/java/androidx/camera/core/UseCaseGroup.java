package androidx.camera.core;

/** Stands in for CameraX's class: what the guide asks of it. */
public final class UseCaseGroup {
    /** Makes one. */
    public static final class Builder {
        public Builder setViewPort(ViewPort viewPort) {
            return this;
        }

        public Builder addUseCase(UseCase useCase) {
            return this;
        }

        public UseCaseGroup build() {
            return new UseCaseGroup();
        }
    }
}
