#include "residua/augment.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/number.h"
#include "base/random.h"
#include "data/picture.h"
#include "data/preprocess.h"
#include "residua/error.h"

#define PAPER_PAD 4
#define PAPER_COLOUR 0.1
#define MAX_PAD 64
#define MAX_SCALE 4096
#define MAX_COLOUR 10.0

static gboolean
parse_whole (const char *text, gsize length, int min, int max, int *value)
{
  guint64 number;

  if (!rn_number_parse_whole (text, length, &number) || number < (guint64) min ||
      number > (guint64) max)
    return FALSE;
  *value = (int) number;
  return TRUE;
}

static gboolean
parse_scale (const char *text, RnAugment *augment)
{
  const char *dash = strchr (text, '-');

  return dash != NULL &&
         parse_whole (text, (gsize) (dash - text), 1, MAX_SCALE, &augment->scale_min) &&
         parse_whole (dash + 1, strlen (dash + 1), augment->scale_min, MAX_SCALE,
                      &augment->scale_max);
}

/* One word, which must not have come before. */
static gboolean
parse_word (const char *word, RnAugment *augment)
{
  const char *equals = strchr (word, '=');
  const gsize n = equals != NULL ? (gsize) (equals - word) : strlen (word);
  const char *value = equals != NULL ? equals + 1 : NULL;

  if (n == 4 && strncmp (word, "crop", n) == 0 && augment->pad == 0)
    {
      augment->pad = PAPER_PAD;
      return value == NULL || parse_whole (value, strlen (value), 1, MAX_PAD, &augment->pad);
    }
  if (n == 4 && strncmp (word, "flip", n) == 0 && !augment->flip)
    {
      augment->flip = TRUE;
      return value == NULL;
    }
  if (n == 5 && strncmp (word, "scale", n) == 0 && augment->scale_min == 0)
    return value != NULL && parse_scale (value, augment);
  if (n == 6 && strncmp (word, "colour", n) == 0 && augment->colour == 0.0)
    {
      augment->colour = PAPER_COLOUR;
      return value == NULL || (rn_number_parse (value, strlen (value), &augment->colour) &&
                               augment->colour > 0.0 && augment->colour <= MAX_COLOUR);
    }
  return FALSE;
}

gboolean
rn_augment_parse (const char *text, RnAugment *augment, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  RnAugment parsed = { 0 };

  if (strcmp (text, "none") != 0)
    for (int i = 0; words[i] != NULL || i == 0; i++)
      {
        const char *word = words[i] != NULL ? words[i] : "";

        if (parse_word (word, &parsed))
          continue;
        g_set_error (
            error, RN_ERROR, RN_ERROR_FORMAT,
            _ ("“%s” is no augmentation: “none”, or a list of “crop”, “crop=PIXELS” (1 to %d), "
               "“flip”, “scale=MIN-MAX” (1 to %d), “colour”, “colour=SD” is expected, "
               "each once and with commas between"),
            word, MAX_PAD, MAX_SCALE);
        return FALSE;
      }
  *augment = parsed;
  return TRUE;
}

char *
rn_augment_to_string (const RnAugment *augment)
{
  GString *text = g_string_new (NULL);
  char number[RN_NUMBER_SIZE];

  if (augment->pad > 0)
    g_string_append_printf (text, ",crop=%d", augment->pad);
  if (augment->flip)
    g_string_append (text, ",flip");
  if (augment->scale_min > 0)
    g_string_append_printf (text, ",scale=%d-%d", augment->scale_min, augment->scale_max);
  if (augment->colour > 0.0)
    g_string_append_printf (text, ",colour=%s", rn_number_print (number, augment->colour));
  if (text->len == 0)
    g_string_append (text, ",none");
  g_string_erase (text, 0, 1);
  return g_string_free (text, FALSE);
}

/* All draws for one picture, made in one order whatever is switched on */
typedef struct
{
  double scale;
  double across;
  double down;
  gboolean flip;
  float shift[3]; /* added to each channel, on the scale where white is 1 */
} Draws;

static void
draw (Draws *draws, const RnAugment *augment, const float *colour_axes, guint64 seed, gint64 epoch,
      gint64 index)
{
  RnRandom random;

  rn_random_start (&random, seed, RN_STREAM_AUGMENT, (guint64) epoch, (guint64) index);
  draws->scale = rn_random_uniform (&random);
  draws->across = rn_random_uniform (&random);
  draws->down = rn_random_uniform (&random);
  draws->flip = rn_random_uniform (&random) < 0.5 && augment->flip;
  memset (draws->shift, 0, sizeof draws->shift);
  for (int k = 0; k < 3 && augment->colour > 0.0 && colour_axes != NULL; k++)
    {
      const float amount = (float) (augment->colour * rn_random_normal (&random));

      for (int c = 0; c < 3; c++)
        draws->shift[c] += amount * colour_axes[3 * k + c];
    }
}

/* A whole number of 0 to @most, each as likely */
static int
pick (double uniform, int most)
{
  return MIN ((int) (uniform * (most + 1)), most);
}

/* A window of a picture, side x side, that may reach beyond its edges */
typedef struct
{
  const RnPicture *picture;
  int x;
  int y;
  int side;
  gboolean flip;
  const float *pixel_mean; /* (nullable): [height,width,channels] of @picture */
} Window;

/* x [side,side,C] of the window, @add on top of each normalised channel, zeros beyond the picture's edges */
static void
normalise_window (const Window *window, const RnPreprocess *preprocess, const RnByteTable *table,
                  const float add[3], float *x)
{
  const RnPicture *picture = window->picture;
  const int channels = picture->channels;

  for (int row = 0; row < window->side; row++)
    for (int column = 0; column < window->side; column++, x += channels)
      {
        const int from_y = window->y + row;
        const int from_x = window->x + (window->flip ? window->side - 1 - column : column);
        const gsize at =
            ((gsize) from_y * (gsize) picture->width + (gsize) from_x) * (gsize) channels;

        if (from_x < 0 || from_y < 0 || from_x >= picture->width || from_y >= picture->height)
          memset (x, 0, (gsize) channels * sizeof *x);
        else if (window->pixel_mean != NULL)
          for (int c = 0; c < channels; c++)
            x[c] = ((float) picture->pixels[at + (gsize) c] / 255.0f -
                    window->pixel_mean[at + (gsize) c]) /
                       preprocess->std[c] +
                   add[c];
        else
          for (int c = 0; c < channels; c++)
            x[c] = table->value[c][picture->pixels[at + (gsize) c]] + add[c];
      }
}

/* The picture that the window moves over: scaled by the draw, or of the input's size. */
static RnPicture *
scale_picture (const RnAugment *augment, RnPicture *picture, int side, double draw, GError **error)
{
  int shorter;

  if (augment->scale_min == 0)
    return rn_picture_fit (picture, side, error);
  shorter = augment->scale_min + pick (draw, augment->scale_max - augment->scale_min);
  return rn_picture_resize_shorter (picture, MAX (shorter, side), error);
}

gboolean
rn_augment_picture_with_table (const RnAugment *augment, const RnPreprocess *preprocess,
                               const RnByteTable *table, const float *colour_axes, float *x,
                               RnPicture *picture, guint64 seed, gint64 epoch, gint64 index,
                               GError **error)
{
  const int side = preprocess->side, pad = augment->pad;
  g_autoptr (RnPicture) converted = rn_picture_convert (picture, preprocess->channels, error);
  g_autoptr (RnPicture) scaled = NULL;
  g_autoptr (RnPicture) cropped = NULL;
  Window window = { .side = side };
  float add[3];
  Draws draws;

  if (converted == NULL)
    return FALSE;
  draw (&draws, augment, preprocess->channels == 3 ? colour_axes : NULL, seed, epoch, index);
  for (int c = 0; c < preprocess->channels; c++)
    add[c] = draws.shift[c] / preprocess->std[c];

  scaled = scale_picture (augment, converted, side, draws.scale, error);
  if (scaled == NULL)
    return FALSE;
  window.x = pick (draws.across, scaled->width + 2 * pad - side) - pad;
  window.y = pick (draws.down, scaled->height + 2 * pad - side) - pad;
  window.flip = draws.flip;
  window.picture = scaled;
  /* Of a picture of the input's size the mean belongs to its own pixels, wherever the crop takes them... */
  if (scaled->width == side && scaled->height == side)
    window.pixel_mean = preprocess->pixel_mean;
  /* ...and of a larger one to the pixels of the crop, as in section 3.4. */
  else if (preprocess->pixel_mean != NULL && pad == 0)
    {
      cropped = rn_picture_crop (scaled, window.x, window.y, side, side, error);
      if (cropped == NULL)
        return FALSE;
      window.picture = cropped;
      window.x = window.y = 0;
      window.pixel_mean = preprocess->pixel_mean;
    }
  normalise_window (&window, preprocess, table, add, x);
  return TRUE;
}

gboolean
rn_augment_picture (const RnAugment *augment, const RnPreprocess *preprocess,
                    const float *colour_axes, float *x, RnPicture *picture, guint64 seed,
                    gint64 epoch, gint64 index, GError **error)
{
  RnByteTable table;

  rn_byte_table_fill (&table, preprocess);
  return rn_augment_picture_with_table (augment, preprocess, &table, colour_axes, x, picture, seed,
                                        epoch, index, error);
}
