"""Small models of many kinds, with random weights: real architectures, no download."""

import torch
import torchvision
import transformers as t
from torch import nn

SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
WORDS = {"vocab_size": 100, **SMALL}


def _whisper():
    config = t.WhisperConfig(
        vocab_size=100, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, num_mel_bins=16, max_source_positions=50,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1,
    )  # fmt: skip
    return t.WhisperModel(config), {
        "input_features": torch.randn(1, 16, 100),
        "decoder_input_ids": torch.randint(0, 90, (1, 5)),
    }


def _wav2vec2():
    config = t.Wav2Vec2Config(
        vocab_size=32, conv_dim=(16, 16), conv_stride=(5, 2), conv_kernel=(10, 3), num_feat_extract_layers=2,
        num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4, **SMALL,
    )  # fmt: skip
    return t.Wav2Vec2Model(config), torch.randn(1, 4000)


class UNet(nn.Module):
    """A diffusion U-Net in little: time embedding, residual blocks, attention, skips by concatenation."""

    def __init__(self, width=16):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(8, width), nn.SiLU(), nn.Linear(width, width))
        self.enter = nn.Conv2d(3, width, 3, padding=1)
        self.down = Residual(width, width)
        self.pool = nn.Conv2d(width, width, 3, stride=2, padding=1)
        self.middle = Residual(width, width)
        self.attention = nn.MultiheadAttention(width, 2, batch_first=True)
        self.up = nn.ConvTranspose2d(width, width, 2, stride=2)
        self.join = Residual(2 * width, width)
        self.leave = nn.Conv2d(width, 3, 1)

    def forward(self, sample, timestep):
        angles = timestep[:, None] * torch.exp(-torch.arange(4.0))
        time = self.time(torch.cat([angles.sin(), angles.cos()], 1))
        skip = self.down(self.enter(sample), time)
        x = self.middle(self.pool(skip), time)
        words = x.flatten(2).transpose(1, 2)
        words = words + self.attention(words, words, words)[0]
        x = words.transpose(1, 2).reshape(x.shape)
        return {"sample": self.leave(self.join(torch.cat([self.up(x), skip], 1), time))}


class Residual(nn.Module):
    def __init__(self, wide, width):
        super().__init__()
        self.norm = nn.GroupNorm(4, wide)
        self.conv = nn.Conv2d(wide, width, 3, padding=1)
        self.time = nn.Linear(16, width)
        self.skip = nn.Conv2d(wide, width, 1)

    def forward(self, x, time):
        return self.skip(x) + self.conv(nn.functional.silu(self.norm(x))) + self.time(time)[:, :, None, None]


def _detection():
    model = torchvision.models.detection.fasterrcnn_mobilenet_v3_large_320_fpn(weights=None, weights_backbone=None)
    return model.eval(), ([torch.rand(3, 64, 64)],)


FAMILIES = {
    # name: (model and inputs, tier)
    "resnet": (lambda: (torchvision.models.resnet18(), torch.randn(1, 3, 64, 64)), "export"),
    "mobilenet": (lambda: (torchvision.models.mobilenet_v3_small(), torch.randn(2, 3, 64, 64)), "export"),
    "vit": (lambda: (torchvision.models.VisionTransformer(32, 8, 2, 4, 32, 64), torch.randn(1, 3, 32, 32)), "export"),
    "vit, transformers": (lambda: (t.ViTModel(t.ViTConfig(image_size=32, patch_size=8, **SMALL)), None), "export"),
    "detection": (_detection, "trace"),
    "segmentation": (
        lambda: (
            torchvision.models.segmentation.lraspp_mobilenet_v3_large(weights=None, weights_backbone=None).eval(),
            torch.randn(1, 3, 64, 64),
        ),
        "export",
    ),
    "bert": (lambda: (t.BertModel(t.BertConfig(**WORDS)), None), "export"),
    "gpt2": (lambda: (t.GPT2LMHeadModel(t.GPT2Config(vocab_size=100, n_embd=32, n_layer=2, n_head=4)), None), "export"),
    "t5": (
        lambda: (
            t.T5ForConditionalGeneration(
                t.T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4)
            ),
            None,
        ),
        "export",
    ),
    "llama": (lambda: (t.LlamaForCausalLM(t.LlamaConfig(num_key_value_heads=2, **WORDS)), None), "export"),
    "mixture of experts": (
        lambda: (
            t.MixtralForCausalLM(t.MixtralConfig(num_key_value_heads=2, num_local_experts=4, **WORDS)),
            None,
        ),
        "export",
    ),
    "mamba": (
        lambda: (
            t.MambaForCausalLM(t.MambaConfig(vocab_size=100, hidden_size=32, num_hidden_layers=2, state_size=4)),
            None,
        ),
        "export",
    ),
    "speech, whisper": (_whisper, "export"),
    "speech, wav2vec2": (_wav2vec2, "trace"),
    "diffusion": (lambda: (UNet(), (torch.randn(2, 3, 16, 16), torch.tensor([3.0, 7.0]))), "export"),
    "lstm": (lambda: (nn.LSTM(4, 8, 2), torch.randn(5, 1, 4)), "export"),
}
