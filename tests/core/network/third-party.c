#include "third-party.h"

#include "cases.h"

RnModel *
third_party_model_in (const char *name)
{
  /* what the file cannot tell; from "preprocess" of the reference logits */
  const RnModelHints hints = { .has_mean = TRUE,
                               .mean = { 0.485f, 0.456f, 0.406f },
                               .std = { 0.229f, 0.224f, 0.225f } };
  g_autofree char *path = shared_path ("data", "resnet20", name, NULL);
  g_autoptr (GError) error = NULL;
  RnModel *model = path != NULL ? rn_model_load (path, &hints, &error) : NULL;

  g_assert_no_error (error);
  return model;
}

RnModel *
third_party_model (void)
{
  return third_party_model_in ("resnet20.safetensors");
}

RnDataset *
third_party_dataset (void)
{
  g_autofree char *path = shared_path ("data", "cifar10-exact", NULL);
  g_autoptr (GError) error = NULL;
  RnDataset *dataset = path != NULL ? rn_dataset_open (path, 0, NULL, NULL, &error) : NULL;

  g_assert_no_error (error);
  return dataset;
}

float *
third_party_pictures (const RnModel *model, int labels[THIRD_PARTY_COUNT])
{
  const RnPreprocess *preprocess = rn_model_get_preprocess (model);
  const gsize count = (gsize) preprocess->side * preprocess->side * preprocess->channels;
  g_autoptr (RnDataset) dataset = third_party_dataset ();
  float *x;

  if (dataset == NULL)
    return NULL;
  x = g_new (float, THIRD_PARTY_COUNT *count);
  for (int i = 0; i < THIRD_PARTY_COUNT; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RnPicture) picture = rn_dataset_get_picture (dataset, RN_SPLIT_TEST, i, &error);

      g_assert_no_error (error);
      rn_preprocess_apply (preprocess, x + (gsize) i * count, picture);
      labels[i] = rn_dataset_get_label (dataset, RN_SPLIT_TEST, i);
    }
  return x;
}

JsonNode *
third_party_json (const char *name)
{
  g_autofree char *path = shared_path ("data", "resnet20", name, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return NULL;
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_parser_steal_root (parser);
}
