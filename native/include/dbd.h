/*
 * What in a photo or a camera frame is out of focus, found on the device: a small C interface.
 *
 * 1 = blurred, 0 = in focus, everywhere.
 *
 *     dbd_detector *detector;
 *     char message[DBD_MESSAGE_BYTES];
 *     dbd_options options = {.size = sizeof options, .threads = 2};
 *     options.model = lite_bytes; options.model_bytes = lite_size;
 *     if (dbd_create(&options, &detector, message) != DBD_OK) puts(message);
 *
 * Structs. Each one that an app fills starts with `size`, its own sizeof; set everything else to 0
 * first, as the initialiser above does. A library that is newer than the app then reads no further
 * than the app wrote, and takes 0 for the rest.
 *
 * Errors. Each function that may fail gives a dbd_status and, unless `message` is NULL, writes one or
 * two English sentences: what was expected, what came, what to do. After DBD_OK the message is empty.
 * Nothing that an app passes ends the process, but for pointers to memory that is not there.
 *
 * Threads. A detector, and a map, belongs to one thread at a time; different ones may be used at once.
 * There is no global state.
 *
 * Memory. What a function makes is let go of by its dbd_..._free, which takes NULL too. Pixels are
 * read during the call only. After the first frame of a size and turn no memory is allocated for the
 * next one, but by dbd_judge.
 */
#ifndef DBD_H
#define DBD_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && defined(DBD_BUILDING)
#define DBD_API __declspec(dllexport)
#elif defined(_WIN32)
#define DBD_API __declspec(dllimport)
#else
#define DBD_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface: it grows by one when something is added, and nothing is taken away. */
#define DBD_INTERFACE 1

/* Bytes that a message takes, its end included. */
#define DBD_MESSAGE_BYTES 256

/* Bytes that a verdict's reason takes, its end included. */
#define DBD_REASON_BYTES 160

/* What became of a call. */
typedef enum dbd_status {
    DBD_OK = 0,
    /* A value that cannot be: a box outside the photo, an array of the wrong size. */
    DBD_ARGUMENT = 1,
    /* A frame of a kind or size that is not handled. */
    DBD_IMAGE = 2,
    /* A model that is damaged, or of another kind. */
    DBD_MODEL = 3,
    /* TensorFlow Lite failed. */
    DBD_BACKEND = 4,
    /* There is not enough memory. */
    DBD_MEMORY = 5
} dbd_status;

/* The version of the interface that the library was built with: DBD_INTERFACE or more. */
DBD_API int32_t dbd_interface(void);

/* The detector. */

/* Finds blur, and judges if it was given a model for that. */
typedef struct dbd_detector dbd_detector;

/* What a detector runs, and how. */
typedef struct dbd_options {
    /* sizeof(dbd_options). */
    size_t size;
    /*
     * A TFLite file that takes one [1, height, width, 3] uint8 photo and gives one [1, height, width,
     * 1] uint8 map: `lite` or `nano`, most likely mapped from a file. It must stay as it is until
     * dbd_free. Where it starts at a multiple of 16 bytes, it is used where it lies, or else copied.
     */
    const void *model;
    size_t model_bytes;
    /* The same for the model `detail`, which dbd_judge runs; NULL for a detector that does not judge. */
    const void *detail;
    size_t detail_bytes;
    /* Threads of the interpreter, 1 to 256; more than 4 rarely help a network of this size. */
    int32_t threads;
} dbd_options;

/*
 * Makes a detector; takes some tens of milliseconds.
 *
 * options: what it runs; the struct itself may go afterwards, the models' bytes may not
 * detector: where it goes; NULL after a failure
 * message: DBD_MESSAGE_BYTES bytes, or NULL
 *
 * DBD_MODEL: a model is damaged, of another kind, or TensorFlow Lite refuses it. Each file's structure
 * is checked before TensorFlow Lite sees it; that it is the very file that was meant is left to the
 * app, e.g. by the SHA-256 in the model's card.json
 * DBD_ARGUMENT: threads are out of range, or a pointer is NULL
 * DBD_MEMORY
 */
DBD_API dbd_status dbd_create(const dbd_options *options, dbd_detector **detector, char *message);

/* Lets go of a detector. Its maps stay good until dbd_map_free. */
DBD_API void dbd_free(dbd_detector *detector);

/* Frames. */

/* How pixels lie in memory. */
typedef enum dbd_format {
    /* One plane of red, green, blue; pixel_stride 3, or 4 where a fourth byte is passed over. */
    DBD_RGB = 1,
    /* One plane of blue, green, red; the same. */
    DBD_BGR = 2,
    /*
     * Three planes: luma, blue chroma, red chroma; chroma has (width + 1) / 2 by (height + 1) / 2
     * samples, planar or interleaved (NV12 and NV21 are two planes whose pointers differ by 1 and
     * whose pixel_stride is 2). BT.601 of full range, as JPEG files and phones' cameras have it.
     */
    DBD_YUV_420 = 3
} dbd_format;

/* Bytes of one plane; nothing beyond `bytes` is read, and its last row may end with its last pixel. */
typedef struct dbd_plane {
    const uint8_t *pixels;
    size_t bytes;
    /* Bytes from one row's start to the next one's. */
    int32_t row_stride;
    /* Bytes from one pixel's start to the next one's. */
    int32_t pixel_stride;
} dbd_plane;

/*
 * Pixels as a camera or a decoder left them, which part of them to look at, and how to turn that
 * upright. The order is fixed: cut out the crop, turn it clockwise, then mirror it left to right. The
 * result is the photo, whose pixels all boxes count.
 */
typedef struct dbd_frame {
    /* sizeof(dbd_frame). */
    size_t size;
    /* A dbd_format. */
    int32_t format;
    /* Columns and rows, 1 to 32768 each, before any turn. */
    int32_t width;
    int32_t height;
    /* How far it has to be turned clockwise to be upright: 0, 90, 180 or 270 degrees. */
    int32_t rotation;
    /* Whether it is mirrored left to right afterwards, as a front camera's preview is: 0 or 1. */
    int32_t mirrored;
    /* The crop in the frame's own pixels; all 0 for the whole frame. */
    int32_t crop_left;
    int32_t crop_top;
    int32_t crop_width;
    int32_t crop_height;
    /* The first for RGB and BGR, all three for YUV. */
    dbd_plane planes[3];
} dbd_frame;

/* Blur maps. */

/* How likely each part of one photo is to be out of focus. */
typedef struct dbd_map dbd_map;

/* What a map is of. */
typedef struct dbd_map_facts {
    /* sizeof(dbd_map_facts). */
    size_t size;
    /* Columns and rows of the map, the model's own. */
    int32_t width;
    int32_t height;
    /* Those of the photo, after crop and turn; of a map that says nothing yet, the map's own. */
    int32_t photo_width;
    int32_t photo_height;
    /* A value of the map means the probability (value - zero_point) * scale. */
    float scale;
    int32_t zero_point;
} dbd_map_facts;

/*
 * Makes a map for dbd_detect to fill again and again. Until then it says nothing: its heat map is
 * clear, its shares are NaN.
 *
 * DBD_ARGUMENT: a pointer is NULL
 * DBD_MEMORY
 */
DBD_API dbd_status dbd_map_create(const dbd_detector *detector, dbd_map **map, char *message);

/* Lets go of a map. */
DBD_API void dbd_map_free(dbd_map *map);

/*
 * Finds which parts of a frame are out of focus.
 *
 * map: filled with the photo's map; unchanged after a failure
 *
 * DBD_IMAGE: a plane is missing or too small for its size and strides, or the crop is not in the frame
 * DBD_ARGUMENT: a rotation is none of the four, the map is of another model, or a pointer is NULL
 * DBD_BACKEND, DBD_MEMORY
 */
DBD_API dbd_status dbd_detect(
        dbd_detector *detector, const dbd_frame *frame, dbd_map *map, char *message);

/* Says what a map is of. DBD_ARGUMENT: a pointer is NULL. */
DBD_API dbd_status dbd_map_read_facts(const dbd_map *map, dbd_map_facts *facts, char *message);

/*
 * The map as the model gave it, width * height bytes, row by row; dbd_map_facts says what they mean.
 * Good until the next dbd_detect with this map. NULL for NULL.
 */
DBD_API const uint8_t *dbd_map_values(const dbd_map *map);

/*
 * Probabilities of blur, 0 to 1, row by row (a quantised model may leave that range by 0.01).
 *
 * count: room in `probabilities`, which is width * height of the map
 *
 * DBD_ARGUMENT: another count, or a pointer is NULL
 */
DBD_API dbd_status dbd_map_probabilities(
        const dbd_map *map, float *probabilities, size_t count, char *message);

/* The share of places with a probability of 0.5 or more, 0 to 1; NaN before the first photo. */
DBD_API double dbd_map_blurred_fraction(const dbd_map *map);

/*
 * How sharp a box of the photo is: the mean probability of being in focus of the places of the map
 * that it touches. 0.5 or more is in focus.
 *
 * left, top, right, bottom: the photo's pixels; the last column is right - 1, the last row bottom - 1
 * sharpness: where it goes, 0 = all blurred to 1 = all in focus; NaN before the first photo
 *
 * DBD_ARGUMENT: the box is empty or not in the photo, or a pointer is NULL
 */
DBD_API dbd_status dbd_map_sharpness(
        const dbd_map *map,
        int32_t left,
        int32_t top,
        int32_t right,
        int32_t bottom,
        double *sharpness,
        char *message);

/*
 * Which places are blurred.
 *
 * threshold: probability from which on a place counts as blurred, 0 to 1
 * mask: where width * height bytes go, row by row: 255 = blurred, 0 = in focus
 * bytes: room in `mask`
 *
 * DBD_ARGUMENT: the threshold is out of range, another number of bytes, or a pointer is NULL
 */
DBD_API dbd_status dbd_map_mask(
        const dbd_map *map, float threshold, uint8_t *mask, size_t bytes, char *message);

/*
 * A picture to lay over the photo: clear where in focus, the redder the more likely blurred.
 *
 * rgba: where 4 * width * height bytes go, row by row: red, green, blue, alpha, not premultiplied
 * bytes: room in `rgba`
 *
 * DBD_ARGUMENT: another number of bytes, or a pointer is NULL
 */
DBD_API dbd_status dbd_map_heat_map(
        const dbd_map *map, uint8_t *rgba, size_t bytes, char *message);

/*
 * Edges that are in focus, to lay over the photo: green where the probability of blur is under 0.5
 * and the photo, as the model saw it, has an edge; clear elsewhere. An edge is where the brightness
 * differs between the left and the right neighbour plus between the upper and the lower one by
 * `contrast` or more.
 *
 * contrast: 1 to 510; 48 suits most scenes
 * rgba, bytes: as for dbd_map_heat_map
 *
 * DBD_ARGUMENT: contrast is out of range, another number of bytes, the model's map has another size
 * than its input, or a pointer is NULL
 */
DBD_API dbd_status dbd_map_focus_peaking(
        const dbd_map *map, int32_t contrast, uint8_t *rgba, size_t bytes, char *message);

/* Verdicts. */

/* What a region is like. */
typedef enum dbd_verdict {
    /* Sharp enough. */
    DBD_SHARP = 1,
    /* Up to twice as blurred as what is sharp. */
    DBD_SOFT = 2,
    /* More than that. */
    DBD_BLURRED = 3,
    /* There is nothing to judge by: no texture, or too small a region. Do not block on it. */
    DBD_UNDECIDABLE = 4
} dbd_verdict;

/* How a region is given. */
typedef enum dbd_region_kind {
    /* numbers: left, top, right, bottom. What sticks out of the photo is cut off. */
    DBD_BOX = 1,
    /* numbers: x and y of three corners or more; what lies within them by the even-odd rule. */
    DBD_POLYGON = 2,
    /* numbers: x and y of one point or more, e.g. eyes; what is within 24 pixels of any. */
    DBD_POINTS = 3,
    /* mask: a byte for each of the photo's pixels, row by row; what is not 0 is inside. */
    DBD_MASK = 4
} dbd_region_kind;

/* A part of a photo, in the upright photo's pixels. */
typedef struct dbd_region {
    /* sizeof(dbd_region). */
    size_t size;
    /* A dbd_region_kind. */
    int32_t kind;
    /* Of the mask. */
    int32_t mask_width;
    int32_t mask_height;
    const double *numbers;
    /* How many numbers there are. */
    size_t count;
    /* mask_width * mask_height bytes. */
    const uint8_t *mask;
} dbd_region;

/* What a photo has to be like to be called sharp. */
typedef struct dbd_strictness {
    /* sizeof(dbd_strictness). */
    size_t size;
    /*
     * The largest radius of blur that is sharp, in pixels as they are viewed, 1.3 (a crisp photo) or
     * more; up to twice that is soft. 0 for 1.85, which fits what people call sharp.
     */
    double max_radius_px;
    /* The width that the photo is viewed at, 1 to 1000000 pixels: 1920 for a screen, 3508 for A4 paper
     * at 300 dpi. 0 for the photo's own, 100 %. */
    int32_t at_width;
} dbd_strictness;

/* Whether a region is in focus, and how that was found. */
typedef struct dbd_focus {
    /* sizeof(dbd_focus). */
    size_t size;
    /* A dbd_verdict. */
    int32_t verdict;
    /* Whether the blur is one of motion rather than of focus; 0 where it is sharp or undecidable. */
    int32_t is_motion;
    /* Measured radius in the photo's own pixels: 1 to 1.5 for a crisp photo, NaN where undecidable. */
    double blur_radius_px;
    /* What lens and motion added to it: 0 for a crisp photo, NaN where undecidable. */
    double lens_blur_px;
    /* How sharp it looks at the width asked for, or else at 1920 pixels: 0 to 1 = crisp, or NaN. */
    double score;
    /* How likely the radii that count are right to a factor of 1.41: 0 to 1. */
    double confidence;
    /* The largest width at which it looks sharp: 1 to the photo's width, 0 where undecidable. */
    int32_t sharp_width_px;
    /* Where it looked: the region's bounding box in the photo's pixels, the last two past the end. */
    int32_t left;
    int32_t top;
    int32_t right;
    int32_t bottom;
    /* Whether no region was given, so that it looked for the subject. */
    int32_t is_subject_found;
    /* Of the upright photo. */
    int32_t photo_width;
    int32_t photo_height;
    /* The verdict and its numbers in English, e.g. "sharp at 100 %: blur radius 1.3 px". */
    char reason[DBD_REASON_BYTES];
} dbd_focus;

/*
 * Says how sharp a region of a photo is. The blur is measured in the photo's own pixels, so that a
 * focus that is slightly off shows: give the largest frame that there is. Only what lies around the
 * region is read, tile by tile.
 *
 * region: where to look; NULL for the photo's subject: what its map shows in focus and near the middle
 * map: the photo's map, if dbd_detect was called before, for a region of NULL; NULL to find it here
 * strictness: what counts as sharp; NULL for 1.85 pixels at 100 %
 * focus: its `size` is read, everything else is written
 *
 * DBD_IMAGE: as for dbd_detect, or the photo has less than 64 pixels a side
 * DBD_ARGUMENT: the region is not in the photo, the map is of another one, the strictness is out of
 * range, the detector has no model that judges, or a pointer is NULL
 * DBD_BACKEND, DBD_MEMORY
 */
DBD_API dbd_status dbd_judge(
        dbd_detector *detector,
        const dbd_frame *frame,
        const dbd_region *region,
        const dbd_map *map,
        const dbd_strictness *strictness,
        dbd_focus *focus,
        char *message);

#ifdef __cplusplus
}
#endif

#endif
