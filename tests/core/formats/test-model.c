#include "residua/model.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "compute/memory.h"
#include "formats/deduce.h"
#include "formats/model-file.h"
#include "formats/names.h"
#include "network/model.h"
#include "residua/error.h"

static char *folder;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
assert_error (const GError *error, int code, const char *path, const char *fragment)
{
  g_assert_error (error, RN_ERROR, code);
  if (strstr (error->message, path) == NULL || strstr (error->message, fragment) == NULL)
    g_error ("“%s” does not name %s and say “%s”", error->message, path, fragment);
}

/* Models of random specifications */

static int
below (RnRandom *random, int bound)
{
  return (int) rn_random_below (random, (guint64) bound);
}

/* Blocks that do not fit are refused, and another is drawn. */
static RnSpec *
random_spec (RnRandom *random)
{
  static const char *const names[] = { "", "net", "Ünïcode 猫", "\"quoted\"\\" };
  RnSpec *spec =
      rn_spec_new (names[below (random, 4)], 1 + below (random, 20), below (random, 2) ? 3 : 1,
                   below (random, 2) ? RN_STEM_3X3 : RN_STEM_7X7_POOL, 1 + below (random, 9),
                   1 + below (random, 5), NULL);
  const int n = below (random, 9);

  while (rn_spec_n_blocks (spec) < n)
    {
      const RnBlockSpec block = {
        .id = below (random, 3) ? 0 : 1 + (guint32) below (random, 100000),
        .kind = (RnBlockKind) below (random, 4),
        .channels = 4 * (1 + below (random, 4)),
        .stride = 1 + below (random, 2),
        .shortcut = (RnShortcut) below (random, 4),
        .bottleneck_stride = (RnBottleneckStride) below (random, 2),
        .zero_gamma = below (random, 2),
      };

      rn_spec_add_block (spec, below (random, rn_spec_n_blocks (spec) + 1), block, NULL);
    }
  return spec;
}

static void
random_preprocess (RnRandom *random, const RnSpec *spec, RnPreprocess *preprocess)
{
  const gsize side = (gsize) rn_spec_get_side (spec),
              channels = (gsize) rn_spec_get_channels (spec);

  memset (preprocess, 0, sizeof *preprocess);
  preprocess->side = (int) side;
  preprocess->channels = (int) channels;
  for (gsize i = 0; i < channels; i++)
    {
      preprocess->mean[i] = (float) rn_random_normal (random);
      preprocess->std[i] = (float) exp (rn_random_normal (random) * 10.0);
    }
  if (below (random, 2) == 0)
    return;
  preprocess->pixel_mean = g_new (float, side *side *channels);
  for (gsize i = 0; i < side * side * channels; i++)
    preprocess->pixel_mean[i] = (float) rn_random_normal (random);
}

static char **
random_classes (RnRandom *random, int n)
{
  static const char *const words[] = {
    "cat", "", "Straße", "a,b", "\"\\\n\t", "\x1f\x7f", "猫", "😀"
  };
  char **classes = g_new0 (char *, n + 1);

  for (int i = 0; i < n; i++)
    classes[i] = g_strdup (words[below (random, G_N_ELEMENTS (words))]);
  return classes;
}

static RnModel *
random_model (RnRandom *random)
{
  g_autoptr (RnSpec) spec = random_spec (random);
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  g_autoptr (RnParameters) parameters = rn_parameters_new (layout);
  g_auto (GStrv) classes =
      below (random, 3) == 0 ? NULL : random_classes (random, rn_spec_get_classes (spec));
  float *arena = rn_floats_new (parameters->n_floats);
  RnPreprocess preprocess;
  RnModel *model;

  for (int i = 0; i < parameters->n; i++)
    for (gsize j = 0; j < parameters->items[i].count; j++)
      {
        const double drawn = rn_random_normal (random) * exp (rn_random_normal (random) * 10.0);

        arena[parameters->items[i].offset + j] =
            (float) (parameters->items[i].kind == RN_PARAMETER_VARIANCE ? fabs (drawn) : drawn);
      }
  random_preprocess (random, spec, &preprocess);
  model = rn_model_new_take (spec, arena, (const char *const *) classes, &preprocess,
                             exp (rn_random_normal (random)), below (random, 1000) - 1, NULL);
  rn_preprocess_clear (&preprocess);
  g_assert_nonnull (model);
  return model;
}

static void
assert_same_blocks (const RnSpec *a, const RnSpec *b)
{
  g_assert_true (rn_spec_equal (a, b));
  g_assert_cmpstr (rn_spec_get_name (a), ==, rn_spec_get_name (b));
  g_assert_cmpint (rn_spec_n_blocks (a), ==, rn_spec_n_blocks (b));
  for (int i = 0; i < rn_spec_n_blocks (a); i++)
    {
      const RnBlockSpec *first = rn_spec_get_block (a, i), *second = rn_spec_get_block (b, i);

      g_assert_cmpuint (first->id, ==, second->id);
      g_assert_cmpint (first->kind, ==, second->kind);
      g_assert_cmpint (first->channels, ==, second->channels);
      g_assert_cmpint (first->stride, ==, second->stride);
      g_assert_cmpint (first->shortcut, ==, second->shortcut);
      g_assert_cmpint (first->bottleneck_stride, ==, second->bottleneck_stride);
      g_assert_cmpint (first->zero_gamma, ==, second->zero_gamma);
    }
}

static void
assert_same_preprocess (const RnPreprocess *a, const RnPreprocess *b)
{
  const gsize n = (gsize) a->side * (gsize) a->side * (gsize) a->channels;

  g_assert_cmpint (a->side, ==, b->side);
  g_assert_cmpint (a->channels, ==, b->channels);
  g_assert_true (memcmp (a->mean, b->mean, sizeof (float) * (gsize) a->channels) == 0);
  g_assert_true (memcmp (a->std, b->std, sizeof (float) * (gsize) a->channels) == 0);
  g_assert_true ((a->pixel_mean == NULL) == (b->pixel_mean == NULL));
  if (a->pixel_mean != NULL)
    g_assert_true (memcmp (a->pixel_mean, b->pixel_mean, n * sizeof (float)) == 0);
}

static void
assert_same_model (const RnModel *a, const RnModel *b)
{
  const RnParameters *parameters = rn_model_get_parameters (a);

  assert_same_blocks (rn_model_get_spec (a), rn_model_get_spec (b));
  assert_same_preprocess (rn_model_get_preprocess (a), rn_model_get_preprocess (b));
  g_assert_cmpfloat (rn_model_get_epsilon (a), ==, rn_model_get_epsilon (b));
  g_assert_cmpint (rn_model_get_step (a), ==, rn_model_get_step (b));
  g_assert_true ((rn_model_get_classes (a) == NULL) == (rn_model_get_classes (b) == NULL));
  if (rn_model_get_classes (a) != NULL)
    g_assert_true (g_strv_equal (rn_model_get_classes (a), rn_model_get_classes (b)));
  g_assert_cmpuint (parameters->n_floats, ==, rn_model_get_parameters (b)->n_floats);
  g_assert_true (memcmp (rn_model_get_arena (a), rn_model_get_arena (b),
                         parameters->n_floats * sizeof (float)) == 0);
}

static void
a_thousand_random_models_come_back_exactly (void)
{
  g_autofree char *path = path_of ("random.safetensors");
  RnRandom random;

  for (guint64 i = 0; i < 1000; i++)
    {
      g_autoptr (RnModel) model = NULL, again = NULL;
      g_autoptr (GError) error = NULL;

      rn_random_start (&random, 2, RN_STREAM_TEST, i, 0);
      model = random_model (&random);
      g_assert_true (rn_model_save (model, path, NULL));
      again = rn_model_load (path, NULL, &error);
      g_assert_no_error (error);
      assert_same_model (model, again);
    }
}

static void
the_same_model_gives_the_same_bytes (void)
{
  g_autofree char *first = path_of ("first.safetensors"), *second = path_of ("second.safetensors");
  g_autofree char *a = NULL, *b = NULL;
  g_autoptr (RnModel) model = NULL, again = NULL;
  RnRandom random;
  gsize n_a, n_b;

  rn_random_start (&random, 3, RN_STREAM_TEST, 0, 0);
  model = random_model (&random);
  g_assert_true (rn_model_save (model, first, NULL));
  again = rn_model_load (first, NULL, NULL);
  g_assert_true (rn_model_save (again, second, NULL));
  g_assert_true (g_file_get_contents (first, &a, &n_a, NULL) &&
                 g_file_get_contents (second, &b, &n_b, NULL));
  g_assert_cmpuint (n_a, ==, n_b);
  g_assert_true (memcmp (a, b, n_a) == 0);
}

static void
filters_are_handed_out_in_pytorch_s_order (void)
{
  g_autoptr (RnSpec) spec = rn_spec_new ("order", 8, 3, RN_STEM_3X3, 2, 2, NULL);
  const RnPreprocess preprocess = { .side = 8, .channels = 3, .std = { 1, 1, 1 } };
  g_autoptr (RnModel) model = rn_model_new (spec, NULL, 1, NULL, &preprocess, NULL);
  const RnParameter *parameter =
      rn_parameters_find (rn_model_get_parameters (model), "conv1.weight");
  const float *arena = rn_model_get_arena (model) + parameter->offset;
  g_autoptr (RnTensor) filters = rn_model_get_parameter (model, "conv1.weight");
  g_auto (GStrv) names = rn_model_list_parameters (model);

  g_assert_cmpint (filters->n_dims, ==, 4);
  for (int k = 0; k < 2; k++)
    for (int c = 0; c < 3; c++)
      for (int r = 0; r < 3; r++)
        for (int s = 0; s < 3; s++)
          g_assert_cmpfloat (filters->data[((k * 3 + c) * 3 + r) * 3 + s], ==,
                             arena[((k * 3 + r) * 3 + s) * 3 + c]);
  g_assert_null (rn_model_get_parameter (model, "conv2.weight"));
  g_assert_cmpint ((int) g_strv_length (names), ==, 7);
  g_assert_cmpstr (names[0], ==, "conv1.weight");
  g_assert_cmpstr (names[6], ==, "fc.bias");
}

static void
what_does_not_belong_together_makes_no_model (void)
{
  g_autoptr (RnSpec) spec = rn_spec_new ("small", 8, 3, RN_STEM_3X3, 2, 2, NULL);
  const char *const three[] = { "a", "b", "c", NULL };
  RnPreprocess preprocess = { .side = 8, .channels = 3, .std = { 1, 1, 1 } };
  g_autoptr (GError) classes = NULL, side = NULL, std = NULL, mean = NULL;

  g_assert_null (rn_model_new (spec, NULL, 1, three, &preprocess, &classes));
  assert_error (classes, RN_ERROR_SHAPE, "3 class names", "2 classes");
  preprocess.side = 9;
  g_assert_null (rn_model_new (spec, NULL, 1, NULL, &preprocess, &side));
  assert_error (side, RN_ERROR_SHAPE, "9x9", "8x8");
  preprocess.side = 8;
  preprocess.std[1] = 0.0f;
  g_assert_null (rn_model_new (spec, NULL, 1, NULL, &preprocess, &std));
  assert_error (std, RN_ERROR_SHAPE, "standard deviation 0", "channel 1");
  preprocess.std[1] = 1.0f;
  preprocess.mean[2] = NAN;
  g_assert_null (rn_model_new (spec, NULL, 1, NULL, &preprocess, &mean));
  assert_error (mean, RN_ERROR_SHAPE, "nan", "channel 2");
}

/* Files of others */

static void
names_of_others_are_translated (void)
{
  static const char *const pairs[][2] = {
    { "conv1.weight", "conv1.weight" },
    { "module.conv1.weight", "conv1.weight" },
    { "state_dict.module.model.module.bn1.bias", "bn1.bias" },
    { "linear.bias", "fc.bias" },
    { "module.linear.weight", "fc.weight" },
    { "layer2.0.shortcut.0.weight", "layer2.0.downsample.0.weight" },
    { "module.layer2.0.shortcut.1.running_var", "layer2.0.downsample.1.running_var" },
    { "layer1.0.bn1.num_batches_tracked", NULL },
    { "module.bn1.num_batches_tracked", NULL },
    { "modules.conv1.weight", "modules.conv1.weight" },
    { "backbone.bn1.bias", "bn1.bias" },
    { "classifier.1.bias", "fc.bias" },
    { "resnet.embedder.embedder.convolution.weight", "conv1.weight" },
    { "resnet.embedder.embedder.normalization.running_mean", "bn1.running_mean" },
    { "resnet.encoder.stages.0.layers.2.layer.0.convolution.weight", "layer1.2.conv1.weight" },
    { "encoder.stages.3.layers.0.layer.2.normalization.bias", "layer4.0.bn3.bias" },
    { "resnet.encoder.stages.1.layers.0.shortcut.convolution.weight",
      "layer2.0.downsample.0.weight" },
    { "resnet.encoder.stages.1.layers.0.shortcut.normalization.weight",
      "layer2.0.downsample.1.weight" },
    { "encoder.stages.1.layers.0.attention.weight", "encoder.stages.1.layers.0.attention.weight" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *name = rn_names_translate (pairs[i][0]);

      g_assert_cmpstr (name, ==, pairs[i][1]);
    }
}

/* The names and shapes that a file of @spec would have */
static GHashTable *
shapes_of (const RnSpec *spec)
{
  g_autoptr (RnLayout) layout = rn_layout_new (spec, 0, 0);
  g_autoptr (RnParameters) parameters = rn_parameters_new (layout);
  GHashTable *shapes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *parameter = &parameters->items[i];
      RnStoredTensor *tensor = g_new0 (RnStoredTensor, 1);

      tensor->n_dims = parameter->n_dims;
      for (int j = 0; j < parameter->n_dims; j++)
        tensor->dims[j] = parameter->dims[j];
      tensor->name = g_strdup (parameter->name);
      g_hash_table_insert (shapes, tensor->name, tensor);
    }
  return shapes;
}

static void
every_residual_preset_is_told_from_its_shapes (void)
{
  int n_told = 0;

  for (const char *const *name = rn_spec_preset_names (); *name != NULL; name++)
    {
      g_autoptr (RnSpec) preset = rn_spec_preset (*name, NULL), told = NULL;
      g_autoptr (GHashTable) shapes = shapes_of (preset);
      g_autoptr (GError) error = NULL;
      const RnBlockSpec *block = rn_spec_get_block (preset, 0);
      const RnModelHints hints = {
        .pad_end = block->shortcut == RN_SHORTCUT_A_END,
        .stride_in_1x1 = block->bottleneck_stride == RN_STRIDE_IN_1X1,
        .side = rn_spec_get_side (preset),
      };

      if (rn_block_kind_is_plain (block->kind))
        continue;
      told = rn_deduce_spec (shapes, "file", &hints, &error);
      g_assert_no_error (error);
      if (!rn_spec_equal (preset, told))
        g_error ("%s was taken for something else", *name);
      g_assert_cmpstr (rn_spec_get_name (told), ==, *name);
      n_told++;
    }
  g_assert_cmpint (n_told, >=, 12);
}

static RnSpec *
small_spec (RnBlockKind kind, RnShortcut shortcut)
{
  RnSpec *spec = rn_spec_new ("small", 32, 3, RN_STEM_3X3, 8, 3, NULL);

  for (int i = 0; i < 4; i++)
    {
      const RnBlockSpec block = {
        .kind = kind, .channels = i < 2 ? 8 : 16, .stride = i == 2 ? 2 : 1, .shortcut = shortcut
      };

      g_assert_true (rn_spec_add_block (spec, i, block, NULL));
    }
  return spec;
}

typedef struct
{
  const RnModel *model;
  const char *prefix;
  const char *fc;
  const char *shortcut;
  RnDtype dtype;        /* F32 or F16 */
  gboolean counters;    /* with num_batches_tracked */
  const char *without;  /* a tensor to leave out */
  const char *misshape; /* a tensor to give another shape */
  const char *extra;
  gboolean is_hugging_face; /* then its names, whatever else is said */
} Foreign;

static void
fill_foreign (void *values, gconstpointer source, gconstpointer how)
{
  rn_parameter_to_file_order (how, values, source);
}

/* Ones */
static void
fill_f16 (void *values, gconstpointer source, gconstpointer how)
{
  for (gsize i = 0; i < ((const RnParameter *) how)->count; i++)
    ((guint16 *) values)[i] = 0x3c00;
}

/* As ResNetForImageClassification has them */
static char *
hugging_face_name (const char *name)
{
  const char *last = strrchr (name, '.');
  int layer = 0, block = 0, index = 0;
  gboolean is_norm;

  if (g_str_has_prefix (name, "fc."))
    return g_strconcat ("classifier.1", last, NULL);
  if (sscanf (name, "layer%d.%d.downsample.%d", &layer, &block, &index) == 3)
    return g_strdup_printf ("resnet.encoder.stages.%d.layers.%d.shortcut.%s%s", layer - 1, block,
                            index == 0 ? "convolution" : "normalization", last);
  is_norm = strstr (name, "bn") != NULL;
  if (sscanf (name, is_norm ? "layer%d.%d.bn%d" : "layer%d.%d.conv%d", &layer, &block, &index) == 3)
    return g_strdup_printf ("resnet.encoder.stages.%d.layers.%d.layer.%d.%s%s", layer - 1, block,
                            index - 1, is_norm ? "normalization" : "convolution", last);
  return g_strconcat ("resnet.embedder.embedder.", is_norm ? "normalization" : "convolution", last,
                      NULL);
}

static char *
foreign_name (const Foreign *foreign, const char *name)
{
  const char *downsample = strstr (name, "downsample.");

  if (foreign->is_hugging_face)
    return hugging_face_name (name);
  if (g_str_has_prefix (name, "fc."))
    return g_strconcat (foreign->prefix, foreign->fc, name + 2, NULL);
  if (downsample != NULL)
    return g_strdup_printf ("%s%.*s%s%s", foreign->prefix, (int) (downsample - name), name,
                            foreign->shortcut, downsample + strlen ("downsample"));
  return g_strconcat (foreign->prefix, name, NULL);
}

static void
write_foreign (const Foreign *foreign, const char *path)
{
  static const gint64 counter = 1000;
  static const float number[4] = { 0 };
  const RnParameters *parameters = rn_model_get_parameters (foreign->model);
  g_autoptr (RnSafetensorsWriter) writer = rn_safetensors_writer_new ();

  rn_safetensors_writer_add_metadata (writer, "format", "pt");
  for (int i = 0; i < parameters->n; i++)
    {
      const RnParameter *parameter = &parameters->items[i];
      g_autofree char *name = foreign_name (foreign, parameter->name);
      const gboolean odd = g_strcmp0 (foreign->misshape, parameter->name) == 0;
      gint64 dims[4];

      if (g_strcmp0 (foreign->without, parameter->name) == 0)
        continue;
      for (int j = 0; j < parameter->n_dims; j++)
        dims[j] = parameter->dims[j];
      if (odd)
        dims[parameter->n_dims - 1] = 4;
      rn_safetensors_writer_add (writer, name, foreign->dtype, odd ? 1 : parameter->n_dims,
                                 odd ? &dims[parameter->n_dims - 1] : dims,
                                 odd                              ? NULL
                                 : foreign->dtype == RN_DTYPE_F16 ? fill_f16
                                                                  : fill_foreign,
                                 odd ? number
                                     : rn_model_get_arena (foreign->model) + parameter->offset,
                                 parameter);
      if (foreign->counters && parameter->kind == RN_PARAMETER_VARIANCE)
        {
          g_autofree char *norm = g_strndup (name, strlen (name) - strlen ("running_var"));
          g_autofree char *tracked = g_strconcat (norm, "num_batches_tracked", NULL);

          rn_safetensors_writer_add (writer, tracked, RN_DTYPE_I64, 0, NULL, NULL, &counter, NULL);
        }
    }
  if (foreign->extra != NULL)
    {
      const gint64 two = 2;

      rn_safetensors_writer_add (writer, foreign->extra, RN_DTYPE_F32, 1, &two, NULL, number, NULL);
    }
  g_assert_true (rn_safetensors_writer_save (writer, path, NULL, NULL, NULL));
}

static RnModel *
small_model (RnBlockKind kind, RnShortcut shortcut)
{
  const RnPreprocess preprocess = { .side = 32, .channels = 3, .std = { 1, 1, 1 } };
  g_autoptr (RnSpec) spec = small_spec (kind, shortcut);

  return rn_model_new (spec, NULL, 7, NULL, &preprocess, NULL);
}

static void
files_of_others_are_read_under_all_their_names (void)
{
  static const char *const prefixes[] = { "", "module.", "state_dict.module." };
  g_autofree char *path = path_of ("foreign.safetensors");

  for (int i = 0; i < 3 * 2 * 4 * 2; i++)
    {
      const RnShortcut shortcut = (RnShortcut) (i % 24 / 6);
      g_autoptr (RnModel) model =
          small_model (i % 2 ? RN_BLOCK_BOTTLENECK : RN_BLOCK_BASIC, shortcut);
      const Foreign foreign = { .model = model,
                                .prefix = prefixes[i % 3],
                                .fc = i % 2 ? "linear" : "fc",
                                .shortcut = i % 2 ? "shortcut" : "downsample",
                                .counters = i % 3 > 0,
                                .is_hugging_face = i >= 24 };
      const RnModelHints hints = { .pad_end = shortcut == RN_SHORTCUT_A_END };
      g_autoptr (RnModel) read = NULL;
      g_autoptr (GError) error = NULL;

      write_foreign (&foreign, path);
      read = rn_model_load (path, &hints, &error);
      g_assert_no_error (error);
      g_assert_true (rn_spec_equal (rn_model_get_spec (model), rn_model_get_spec (read)));
      g_assert_true (memcmp (rn_model_get_arena (model), rn_model_get_arena (read),
                             rn_model_get_parameters (model)->n_floats * sizeof (float)) == 0);
      g_assert_null (rn_model_get_classes (read));
      g_assert_cmpint (rn_model_get_step (read), ==, -1);
    }
}

static void
hints_say_what_a_file_of_others_cannot (void)
{
  g_autofree char *path = path_of ("hints.safetensors");
  g_autoptr (RnModel) model = small_model (RN_BLOCK_BOTTLENECK, RN_SHORTCUT_A_SPLIT);
  const Foreign foreign = { .model = model, .prefix = "", .fc = "fc", .shortcut = "shortcut" };
  const RnModelHints hints = { .has_mean = TRUE,
                               .mean = { 0.1f, 0.2f, 0.3f },
                               .std = { 0.4f, 0.5f, 0.6f },
                               .pad_end = TRUE,
                               .stride_in_1x1 = TRUE,
                               .epsilon = 1e-3,
                               .side = 40 };
  const RnModelHints wrong = { .has_mean = TRUE };
  g_autoptr (RnModel) with = NULL, without = NULL;
  g_autoptr (GError) error = NULL;

  write_foreign (&foreign, path);
  with = rn_model_load (path, &hints, NULL);
  g_assert_cmpfloat (rn_model_get_preprocess (with)->mean[1], ==, 0.2f);
  g_assert_cmpfloat (rn_model_get_preprocess (with)->std[2], ==, 0.6f);
  g_assert_cmpint (rn_model_get_preprocess (with)->side, ==, 40);
  g_assert_cmpint (rn_spec_get_side (rn_model_get_spec (with)), ==, 40);
  g_assert_cmpfloat (rn_model_get_epsilon (with), ==, 1e-3);
  g_assert_cmpint (rn_spec_get_block (rn_model_get_spec (with), 2)->shortcut, ==,
                   RN_SHORTCUT_A_END);
  g_assert_cmpint (rn_spec_get_block (rn_model_get_spec (with), 2)->bottleneck_stride, ==,
                   RN_STRIDE_IN_1X1);

  without = rn_model_load (path, NULL, NULL);
  g_assert_cmpfloat (rn_model_get_preprocess (without)->mean[0], ==, 0.4914f);
  g_assert_cmpfloat (rn_model_get_preprocess (without)->std[2], ==, 0.2010f);
  g_assert_cmpint (rn_model_get_preprocess (without)->side, ==, 32);
  g_assert_cmpfloat (rn_model_get_epsilon (without), ==, 1e-5);
  g_assert_cmpint (rn_spec_get_block (rn_model_get_spec (without), 2)->shortcut, ==,
                   RN_SHORTCUT_A_SPLIT);
  g_assert_cmpint (rn_spec_get_block (rn_model_get_spec (without), 2)->bottleneck_stride, ==,
                   RN_STRIDE_IN_3X3);

  g_assert_null (rn_model_load (path, &wrong, &error));
  assert_error (error, RN_ERROR_SHAPE, "standard deviation 0", "");
}

/* What was said is no guess, also where it is what would have been guessed. */
static void
what_was_said_is_no_guess (void)
{
  g_autofree char *path = path_of ("said.safetensors");
  g_autoptr (RnModel) model = small_model (RN_BLOCK_BOTTLENECK, RN_SHORTCUT_A_SPLIT);
  const Foreign foreign = { .model = model, .prefix = "", .fc = "fc", .shortcut = "shortcut" };
  const RnModelHints none = { 0 }, said = { .has_padding = TRUE, .has_stride = TRUE };
  const RnModelGuess both = RN_GUESS_PADDING | RN_GUESS_STRIDE;
  g_autoptr (RnModel) guessed = NULL, told = NULL;
  RnModelGuess guesses;

  write_foreign (&foreign, path);
  guessed = rn_model_import (path, &none, &guesses, NULL);
  g_assert_nonnull (guessed);
  g_assert_cmpuint (guesses & both, ==, both);
  told = rn_model_import (path, &said, &guesses, NULL);
  g_assert_nonnull (told);
  g_assert_cmpuint (guesses & both, ==, 0);
  g_assert_true (rn_spec_equal (rn_model_get_spec (guessed), rn_model_get_spec (told)));
}

static void
assert_no_names (const char *path, const char *text, gssize length, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, text, length, NULL));
  g_assert_null (rn_model_read_classes (path, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, word));
}

static void
names_of_classes_may_be_one_s_own (void)
{
  g_autofree char *path = path_of ("named.safetensors"), *list = path_of ("names.txt");
  g_autofree char *long_name = g_strnfill (201, 'x');
  g_autoptr (RnModel) model = small_model (RN_BLOCK_BASIC, RN_SHORTCUT_B), named = NULL;
  const Foreign foreign = { .model = model, .prefix = "", .fc = "fc", .shortcut = "shortcut" };
  const int n = rn_spec_get_classes (rn_model_get_spec (model));
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) names = NULL;
  g_autoptr (GError) error = NULL;
  RnModelHints hints = { .needs_classes = TRUE };
  RnModelGuess guesses;

  write_foreign (&foreign, path);
  for (int k = 0; k < n; k++)
    g_string_append_printf (text, " 클래스 %d \r\n", k);
  g_assert_true (g_file_set_contents (list, text->str, -1, NULL));
  names = rn_model_read_classes (list, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (names), ==, n);
  hints.classes = (const char *const *) names;
  named = rn_model_import (path, &hints, &guesses, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (guesses & RN_GUESS_CLASSES, ==, 0);
  g_assert_cmpstr (rn_model_get_classes (named)[1], ==, "클래스 1");

  /* one too few */
  g_clear_pointer (&names[n - 1], g_free);
  g_assert_null (rn_model_import (path, &hints, &guesses, &error));
  g_assert_error (error, RN_ERROR, RN_ERROR_DATA);

  assert_no_names (list, "", 0, "no names");
  assert_no_names (list, "a\0b\n", 4, "no names");
  assert_no_names (list, "a\n\nb\n", -1, "line 2");
  assert_no_names (list, "a\nb\n\xff\n", -1, "line 3");
  assert_no_names (list, long_name, -1, "line 1");
}

static void
metadata_of_our_own_win_over_hints (void)
{
  g_autofree char *path = path_of ("own.safetensors");
  g_autoptr (RnModel) model = small_model (RN_BLOCK_BASIC, RN_SHORTCUT_A_SPLIT), again = NULL;
  const RnModelHints hints = {
    .has_mean = TRUE, .std = { 2, 2, 2 }, .pad_end = TRUE, .epsilon = 0.5, .side = 99
  };

  g_assert_true (rn_model_save (model, path, NULL));
  again = rn_model_load (path, &hints, NULL);
  assert_same_model (model, again);
}

static void
half_precision_is_read (void)
{
  g_autofree char *path = path_of ("half.safetensors");
  g_autoptr (RnModel) model = small_model (RN_BLOCK_BASIC, RN_SHORTCUT_B), read = NULL;
  const Foreign foreign = {
    .model = model, .prefix = "", .fc = "fc", .shortcut = "shortcut", .dtype = RN_DTYPE_F16
  };
  const RnParameters *parameters = rn_model_get_parameters (model);

  write_foreign (&foreign, path);
  read = rn_model_load (path, NULL, NULL);
  for (int i = 0; i < parameters->n; i++)
    for (gsize j = 0; j < parameters->items[i].count; j++)
      g_assert_cmpfloat (rn_model_get_arena (read)[parameters->items[i].offset + j], ==, 1.0f);
}

static void
tensors_that_do_not_fit_are_named (void)
{
  const struct
  {
    const char *without;
    const char *misshape;
    const char *extra;
    const char *fragment;
  } cases[] = {
    { "conv1.weight", NULL, NULL, "no tensor “conv1.weight”" },
    { "fc.weight", NULL, NULL, "no tensor “fc.weight”" },
    { "fc.bias", NULL, NULL, "no tensor “fc.bias”, of shape [3]" },
    { "bn1.running_var", NULL, NULL, "no tensor “bn1.running_var”, of shape [8]" },
    { "layer1.1.conv2.weight", NULL, NULL, "no tensor “layer1.1.conv2.weight”" },
    { "layer2.0.bn2.bias", NULL, NULL, "no tensor “layer2.0.bn2.bias”, of shape [16]" },
    { "layer2.0.conv1.weight", NULL, NULL,
      "no tensor “layer2.0.conv1.weight”, of shape [16, 8, 3, 3]" },
    { NULL, "conv1.weight", NULL, "“conv1.weight” has shape [4], which should have 4 sides" },
    { NULL, "fc.weight", NULL, "“fc.weight” has shape [4], which should have 2 sides" },
    { NULL, "layer2.1.conv1.weight", NULL,
      "“layer2.1.conv1.weight” has shape [4] where the network needs [16, 16, 3, 3]" },
    { NULL, "bn1.bias", NULL, "“bn1.bias” has shape [4] where the network needs [8]" },
    { "conv1.weight", NULL, "conv1.0.weight",
      "its stem is of several convolutions (“conv1.0.weight”)" },
    { NULL, NULL, "layer1.0.se.weight", "“layer1.0.se.weight”, of shape [2], has no place" },
    { NULL, NULL, "layer1.0.downsample.0.weight",
      "“layer1.0.downsample.0.weight” has shape [2] where the network needs [8, 8, 1, 1]" },
    { NULL, NULL, "train.state.step", "“train.state.step”, of shape [2], has no place" },
    { NULL, NULL, "optimizer.lr", "“optimizer.lr”, of shape [2], has no place" },
  };
  g_autofree char *path = path_of ("misfit.safetensors");
  g_autoptr (RnModel) model = small_model (RN_BLOCK_BASIC, RN_SHORTCUT_A_SPLIT);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Foreign foreign = { .model = model,
                                .prefix = "",
                                .fc = "fc",
                                .shortcut = "downsample",
                                .without = cases[i].without,
                                .misshape = cases[i].misshape,
                                .extra = cases[i].extra };
      g_autoptr (GError) error = NULL;

      write_foreign (&foreign, path);
      g_assert_null (rn_model_load (path, NULL, &error));
      assert_error (error, RN_ERROR_SHAPE, path, cases[i].fragment);
    }
}

static void
two_names_for_one_tensor_are_an_error (void)
{
  g_autofree char *path = path_of ("twice.safetensors");
  g_autoptr (RnModel) model = small_model (RN_BLOCK_BASIC, RN_SHORTCUT_B);
  const Foreign foreign = {
    .model = model, .prefix = "module.", .fc = "fc", .shortcut = "shortcut", .extra = "linear.bias"
  };
  g_autoptr (GError) error = NULL;

  write_foreign (&foreign, path);
  g_assert_null (rn_model_load (path, NULL, &error));
  assert_error (error, RN_ERROR_FORMAT, path, "both mean “fc.bias”");
}

/* Changes one side of one tensor among the shapes, and says what is to be told of it. */
static void
networks_of_other_families_are_refused (void)
{
  const struct
  {
    const char *preset;
    const char *tensor;
    int side;
    gint64 value;
    const char *fragment;
  } cases[] = {
    { "resnet20", "conv1.weight", 2, 5, "known with filters of 3x3 or 7x7" },
    { "resnet20", "conv1.weight", 1, 4, "file" },
    { "resnet20", "conv1.weight", 0, 0, "file" },
    { "resnet20", "conv1.weight", 0, G_MAXINT64, "file" },
    { "resnet20", "fc.weight", 0, G_MAXINT64, "file" },
    { "resnet20", "layer1.0.conv2.weight", 0, 0, "is empty" },
    { "resnet20", "layer1.0.conv2.weight", 0, G_MAXINT64, "layer1.0" },
    { "resnet20", "layer2.0.conv2.weight", 0, 8, "layer2.0" },
    { "resnet50", "layer1.0.conv3.weight", 0, 254, "layer1.0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RnSpec) preset = rn_spec_preset (cases[i].preset, NULL);
      g_autoptr (GHashTable) shapes = shapes_of (preset);
      RnStoredTensor *tensor = g_hash_table_lookup (shapes, cases[i].tensor);
      g_autoptr (GError) error = NULL;

      tensor->dims[cases[i].side] = cases[i].value;
      g_assert_null (rn_deduce_spec (shapes, "file", NULL, &error));
      assert_error (error, RN_ERROR_SHAPE, "", cases[i].fragment);
    }
}

static RnStoredTensor *
take_shape (GHashTable *shapes, const char *from, const char *to)
{
  RnStoredTensor *tensor = NULL;
  char *key = NULL;

  g_assert_true (
      g_hash_table_steal_extended (shapes, from, (gpointer *) &key, (gpointer *) &tensor));
  g_free (key);
  tensor->name = g_strdup (to);
  g_hash_table_insert (shapes, tensor->name, tensor);
  return tensor;
}

/* timm's resnet18c and resnet50d have names of their own where they differ from a ResNet. */
static void
relatives_with_another_stem_or_shortcut_are_refused_in_a_sentence (void)
{
  static const struct
  {
    const char *from, *to, *fragment;
  } cases[] = {
    { "conv1.weight", "conv1.0.weight", "its stem is of several convolutions (“conv1.0.weight”)" },
    { "layer1.0.downsample.0.weight", "layer1.0.downsample.1.weight",
      "average pixels before their projection (“layer1.0.downsample.1.weight”)" },
    { "layer3.0.downsample.0.weight", "layer3.0.downsample.1.weight",
      "average pixels before their projection (“layer3.0.downsample.1.weight”)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RnSpec) preset = rn_spec_preset ("resnet50", NULL);
      g_autoptr (GHashTable) shapes = shapes_of (preset);
      g_autoptr (GError) error = NULL;

      g_hash_table_remove (shapes, cases[i].to);
      take_shape (shapes, cases[i].from, cases[i].to);
      g_assert_null (rn_deduce_spec (shapes, "file", NULL, &error));
      assert_error (error, RN_ERROR_SHAPE, "file", cases[i].fragment);
    }
}

/* Grouped and wide bottlenecks have the names of a ResNet and other shapes. */
static void
wide_and_grouped_bottlenecks_are_refused_by_name (void)
{
  static const char header[] =
      "{\"conv1.weight\":{\"dtype\":\"F32\",\"shape\":[4,3,3,3],\"data_offsets\":[0,432]},"
      "\"bn1.weight\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[432,448]},"
      "\"bn1.bias\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[448,464]},"
      "\"bn1.running_mean\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[464,480]},"
      "\"bn1.running_var\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[480,496]},"
      "\"layer1.0.conv1.weight\":{\"dtype\":\"F32\",\"shape\":[2,4,1,1],\"data_offsets\":[496,528]}"
      ","
      "\"layer1.0.conv3.weight\":{\"dtype\":\"F32\",\"shape\":[4,2,1,1],\"data_offsets\":[528,560]}"
      ","
      "\"fc.weight\":{\"dtype\":\"F32\",\"shape\":[2,4],\"data_offsets\":[560,592]}}";
  g_autofree char *path = path_of ("wide.safetensors");
  g_autofree guint8 *bytes = g_malloc0 (8 + sizeof header - 1 + 592);
  const guint64 length = GUINT64_TO_LE (sizeof header - 1);
  g_autoptr (GError) error = NULL;

  memcpy (bytes, &length, 8);
  memcpy (bytes + 8, header, sizeof header - 1);
  g_assert_true (g_file_set_contents (path, (char *) bytes, 8 + sizeof header - 1 + 592, NULL));
  g_assert_null (rn_model_load (path, NULL, &error));
  assert_error (
      error, RN_ERROR_SHAPE, path,
      "“layer1.0.conv1.weight” has shape [2, 4, 1, 1] where the network needs [1, 4, 1, 1]");
}

/* Our own files, damaged */

typedef struct
{
  const char *key;
  const char *value; /* NULL leaves it out */
  int code;
  const char *fragment;
} BrokenMetadata;

static const BrokenMetadata broken_metadata[] = {
  { "residua.version", "2", RN_ERROR_FORMAT, "version “2”" },
  { "residua.version", "", RN_ERROR_FORMAT, "version “”" },
  { "residua.spec", NULL, RN_ERROR_FORMAT, "no “residua.spec”" },
  { "residua.spec", "", RN_ERROR_FORMAT, "residua.spec" },
  { "residua.spec", "{}", RN_ERROR_FORMAT, "residua.spec" },
  { "residua.spec", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", RN_ERROR_FORMAT,
    "residua.spec" },
  { "residua.classes", "[\"a\"]", RN_ERROR_SHAPE, "1 class names" },
  { "residua.classes", "[\"a\",\"b\",3]", RN_ERROR_FORMAT, "residua.classes" },
  { "residua.classes", "{\"a\":1}", RN_ERROR_FORMAT, "residua.classes" },
  { "residua.classes", "[\"a\"", RN_ERROR_FORMAT, "residua.classes" },
  { "residua.preprocess", NULL, RN_ERROR_FORMAT, "no “residua.preprocess”" },
  { "residua.preprocess", "[]", RN_ERROR_FORMAT, "residua.preprocess" },
  { "residua.preprocess", "{\"side\":31,\"channels\":3,\"mean\":[0,0,0],\"std\":[1,1,1]}",
    RN_ERROR_FORMAT, "31" },
  { "residua.preprocess", "{\"side\":32,\"channels\":1,\"mean\":[0],\"std\":[1]}", RN_ERROR_FORMAT,
    "channels" },
  { "residua.preprocess", "{\"side\":32,\"channels\":3,\"mean\":[0,0],\"std\":[1,1,1]}",
    RN_ERROR_FORMAT, "mean" },
  { "residua.preprocess", "{\"side\":32,\"channels\":3,\"mean\":[0,0,1e999],\"std\":[1,1,1]}",
    RN_ERROR_FORMAT, "" },
  { "residua.preprocess", "{\"side\":32,\"channels\":3,\"mean\":[0,0,1e200],\"std\":[1,1,1]}",
    RN_ERROR_FORMAT, "mean" },
  { "residua.preprocess", "{\"side\":32,\"channels\":3,\"mean\":[0,0,\"0\"],\"std\":[1,1,1]}",
    RN_ERROR_FORMAT, "mean" },
  { "residua.preprocess", "{\"side\":32,\"channels\":3,\"mean\":[0,0,0],\"std\":[1,0,1]}",
    RN_ERROR_FORMAT, "std" },
  { "residua.preprocess", "{\"side\":32,\"channels\":3,\"mean\":[0,0,0],\"std\":[1,-1,1]}",
    RN_ERROR_FORMAT, "std" },
  { "residua.preprocess",
    "{\"side\":32,\"channels\":3,\"mean\":[0,0,0],\"std\":[1,1,1],\"gamma\":2}", RN_ERROR_FORMAT,
    "gamma" },
  { "residua.pixel_mean", "", RN_ERROR_FORMAT, "0 bytes and not 12288" },
  { "residua.pixel_mean", "AAAA!", RN_ERROR_FORMAT, "bytes and not 12288" },
  { "residua.step", "-2", RN_ERROR_FORMAT, "residua.step" },
  { "residua.step", "18446744073709551615", RN_ERROR_FORMAT, "residua.step" },
  { "residua.step", "many \x1b[2J", RN_ERROR_FORMAT, "residua.step" },
  { "residua.epsilon", NULL, RN_ERROR_FORMAT, "no “residua.epsilon”" },
  { "residua.epsilon", "0", RN_ERROR_FORMAT, "residua.epsilon" },
  { "residua.epsilon", "nan", RN_ERROR_FORMAT, "residua.epsilon" },
  { "residua.epsilon", "1e-5 ", RN_ERROR_FORMAT, "residua.epsilon" },
};

static void
write_with_metadata (const RnModel *model, const BrokenMetadata *broken, const char *path)
{
  g_autoptr (RnSafetensorsWriter) writer = rn_safetensors_writer_new ();
  g_autofree char *spec = rn_spec_to_json (rn_model_get_spec (model));
  const char *const whole[][2] = {
    { "residua.version", "1" },
    { "residua.spec", spec },
    { "residua.preprocess", "{\"side\":32,\"channels\":3,\"mean\":[0,0,0],\"std\":[1,1,1]}" },
    { "residua.step", "5" },
    { "residua.epsilon", "1e-05" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (whole); i++)
    if (broken == NULL || strcmp (whole[i][0], broken->key) != 0)
      rn_safetensors_writer_add_metadata (writer, whole[i][0], whole[i][1]);
  if (broken != NULL && broken->value != NULL)
    rn_safetensors_writer_add_metadata (writer, broken->key, broken->value);
  rn_model_file_add_parameters (writer, rn_model_get_parameters (model), rn_model_get_arena (model),
                                "", FALSE);
  g_assert_true (rn_safetensors_writer_save (writer, path, NULL, NULL, NULL));
}

static void
broken_metadata_are_refused_by_name (void)
{
  g_autofree char *path = path_of ("metadata.safetensors");
  g_autoptr (RnModel) model = small_model (RN_BLOCK_BASIC, RN_SHORTCUT_A_SPLIT), whole = NULL;

  write_with_metadata (model, NULL, path);
  whole = rn_model_load (path, NULL, NULL);
  g_assert_nonnull (whole);
  g_assert_cmpint (rn_model_get_step (whole), ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (broken_metadata); i++)
    {
      g_autoptr (GError) error = NULL;

      write_with_metadata (model, &broken_metadata[i], path);
      g_assert_null (rn_model_load (path, NULL, &error));
      assert_error (error, broken_metadata[i].code, path, broken_metadata[i].fragment);
      g_assert_null (strchr (error->message, '\x1b'));
    }
}

static void
a_specification_of_another_network_is_refused (void)
{
  g_autofree char *path = path_of ("other.safetensors");
  g_autoptr (RnModel) model = small_model (RN_BLOCK_BASIC, RN_SHORTCUT_A_SPLIT);
  g_autoptr (RnSpec) deeper = rn_spec_preset ("resnet110", NULL),
                     wider = small_spec (RN_BLOCK_BASIC, RN_SHORTCUT_C);
  g_autofree char *deeper_json = rn_spec_to_json (deeper), *wider_json = rn_spec_to_json (wider);
  const BrokenMetadata deeper_metadata = { .key = "residua.spec", .value = deeper_json };
  const BrokenMetadata wider_metadata = { .key = "residua.spec", .value = wider_json };
  g_autoptr (GError) first = NULL, second = NULL;

  write_with_metadata (model, &deeper_metadata, path);
  g_assert_null (rn_model_load (path, NULL, &first));
  assert_error (first, RN_ERROR_SHAPE, path,
                "“conv1.weight” has shape [8, 3, 3, 3] where the network needs [16, 3, 3, 3]");
  write_with_metadata (model, &wider_metadata, path);
  g_assert_null (rn_model_load (path, NULL, &second));
  assert_error (second, RN_ERROR_SHAPE, path,
                "no tensor “layer1.0.downsample.0.weight”, of shape [8, 8, 1, 1]");
}

/* A specification of terabytes in a file of bytes: refused before memory is asked for. */
static void
a_specification_of_terabytes_costs_nothing (void)
{
  g_autofree char *path = path_of ("terabytes.safetensors");
  g_autoptr (RnModel) model = small_model (RN_BLOCK_BASIC, RN_SHORTCUT_A_SPLIT);
  g_autoptr (RnSpec) huge = rn_spec_new ("huge", 32, 3, RN_STEM_3X3, RN_MAX_CHANNELS, 3, NULL);
  const RnBlockSpec block = { .channels = RN_MAX_CHANNELS, .stride = 1, .shortcut = RN_SHORTCUT_C };
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;
  BrokenMetadata metadata = { .key = "residua.spec" };

  for (int i = 0; i < 500; i++)
    g_assert_true (rn_spec_add_block (huge, i, block, NULL));
  metadata.value = json = rn_spec_to_json (huge);
  write_with_metadata (model, &metadata, path);
  g_assert_null (rn_model_load (path, NULL, &error));
  assert_error (error, RN_ERROR_SHAPE, path, "“conv1.weight”");
}

static void
weights_that_are_no_numbers_are_refused (void)
{
  static const char *const names[] = { "conv1.weight", "layer2.0.bn1.running_mean", "fc.bias" };
  g_autofree char *path = path_of ("nan.safetensors");

  for (guint i = 0; i < 2 * G_N_ELEMENTS (names); i++)
    {
      g_autoptr (RnModel) model = small_model (RN_BLOCK_BASIC, RN_SHORTCUT_A_SPLIT);
      const RnParameter *parameter =
          rn_parameters_find (rn_model_get_parameters (model), names[i / 2]);
      g_autoptr (GError) error = NULL;

      /* Nobody else has this model yet */
      ((float *) rn_model_get_arena (model))[parameter->offset] = i % 2 ? NAN : INFINITY;
      g_assert_true (rn_model_save (model, path, NULL));
      g_assert_null (rn_model_load (path, NULL, &error));
      assert_error (error, RN_ERROR_FORMAT, path, names[i / 2]);
    }
}

static void
negative_variances_are_refused (void)
{
  g_autofree char *path = path_of ("variance.safetensors");
  g_autoptr (RnModel) model = small_model (RN_BLOCK_BASIC, RN_SHORTCUT_A_SPLIT);
  const RnParameter *parameter =
      rn_parameters_find (rn_model_get_parameters (model), "bn1.running_var");
  g_autoptr (GError) error = NULL;

  ((float *) rn_model_get_arena (model))[parameter->offset + 3] = -1e-6f;
  g_assert_true (rn_model_save (model, path, NULL));
  g_assert_null (rn_model_load (path, NULL, &error));
  assert_error (error, RN_ERROR_FORMAT, path,
                "“bn1.running_var” holds a negative variance at position 3");
}

/* Damage anywhere in the header: an error or a whole model, and never more memory than there is */
static void
random_damage_is_survived (void)
{
  g_autofree char *path = path_of ("damage.safetensors"), *good = NULL;
  g_autoptr (RnModel) model = small_model (RN_BLOCK_BASIC, RN_SHORTCUT_B);
  RnRandom random;
  gsize length;
  int n_refused = 0;

  write_with_metadata (model, NULL, path);
  g_assert_true (g_file_get_contents (path, &good, &length, NULL));
  rn_random_start (&random, 4, RN_STREAM_TEST, 0, 0);
  for (int i = 0; i < 1000; i++)
    {
      g_autofree char *bad = g_memdup2 (good, length);
      g_autoptr (RnModel) read = NULL;
      g_autoptr (GError) error = NULL;

      bad[8 + rn_random_below (&random, 6000)] = (char) rn_random_below (&random, 128);
      g_assert_true (g_file_set_contents_full (path, bad, (gssize) length, G_FILE_SET_CONTENTS_NONE,
                                               0600, NULL));
      read = rn_model_load (path, NULL, &error);
      g_assert_true ((read == NULL) == (error != NULL));
      n_refused += read == NULL;
    }
  g_assert_cmpint (n_refused, >, 500);
}

/* The reference that nobody here made */

static char *
shared_path (const char *name)
{
  const char *shared = g_getenv ("RESIDUA_SHARED");

  if (shared != NULL)
    return g_build_filename (shared, name, NULL);
  return g_test_build_filename (G_TEST_DIST, "..", "..", "shared", name, NULL);
}

static void
the_reference_resnet20_is_told_and_read (void)
{
  g_autofree char *path = shared_path ("data/resnet20/resnet20.safetensors");
  g_autoptr (RnSpec) expected = rn_spec_preset ("resnet20", NULL);
  g_autoptr (RnModel) model = NULL;
  g_autoptr (RnTensor) bias = NULL, filters = NULL;
  g_autoptr (RnTensorFile) file = NULL;
  g_autoptr (GError) error = NULL;
  float stored[16 * 3 * 3 * 3];

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("no reference network: set RESIDUA_SHARED");
      return;
    }
  model = rn_model_load (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (rn_spec_equal (expected, rn_model_get_spec (model)));
  g_assert_cmpstr (rn_spec_get_name (rn_model_get_spec (model)), ==, "resnet20");
  g_assert_cmpint (rn_spec_get_block (rn_model_get_spec (model), 3)->shortcut, ==,
                   RN_SHORTCUT_A_SPLIT);
  g_assert_cmpfloat (rn_model_get_preprocess (model)->mean[2], ==, 0.406f);
  file = rn_safetensors_open (path, NULL);
  filters = rn_model_get_parameter (model, "conv1.weight");
  g_assert_true (
      rn_tensor_file_read_floats (file, rn_tensor_file_find (file, "conv1.weight"), stored, NULL));
  g_assert_true (memcmp (stored, filters->data, sizeof stored) == 0);
  bias = rn_model_get_parameter (model, "fc.bias");
  g_assert_true (
      rn_tensor_file_read_floats (file, rn_tensor_file_find (file, "linear.bias"), stored, NULL));
  g_assert_true (memcmp (stored, bias->data, 10 * sizeof (float)) == 0);
}

#define ADD(name) g_test_add_func ("/model/" #name, name)

int
main (int argc, char **argv)
{
  g_autofree char *command = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("residua-XXXXXX", NULL);
  ADD (a_thousand_random_models_come_back_exactly);
  ADD (the_same_model_gives_the_same_bytes);
  ADD (filters_are_handed_out_in_pytorch_s_order);
  ADD (what_does_not_belong_together_makes_no_model);
  ADD (names_of_others_are_translated);
  ADD (every_residual_preset_is_told_from_its_shapes);
  ADD (files_of_others_are_read_under_all_their_names);
  ADD (hints_say_what_a_file_of_others_cannot);
  ADD (what_was_said_is_no_guess);
  ADD (names_of_classes_may_be_one_s_own);
  ADD (metadata_of_our_own_win_over_hints);
  ADD (half_precision_is_read);
  ADD (tensors_that_do_not_fit_are_named);
  ADD (two_names_for_one_tensor_are_an_error);
  ADD (networks_of_other_families_are_refused);
  ADD (relatives_with_another_stem_or_shortcut_are_refused_in_a_sentence);
  ADD (wide_and_grouped_bottlenecks_are_refused_by_name);
  ADD (broken_metadata_are_refused_by_name);
  ADD (a_specification_of_another_network_is_refused);
  ADD (a_specification_of_terabytes_costs_nothing);
  ADD (weights_that_are_no_numbers_are_refused);
  ADD (negative_variances_are_refused);
  ADD (random_damage_is_survived);
  ADD (the_reference_resnet20_is_told_and_read);
  result = g_test_run ();
  command = g_strdup_printf ("rm -rf '%s'", folder);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (folder);
  return result;
}
