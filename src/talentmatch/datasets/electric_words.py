"""Words of two industries of the layout: submarine and power cables; chips and semiconductors."""

__all__ = ["CABLES", "CHIPS"]

CABLES = """
[submarine cable insulation] technology
roles: Insulation Engineer | High-Voltage Materials Scientist | Dielectrics Specialist
= 海缆绝缘工程师 | 高压绝缘材料专家
study: electrical engineering | dielectric physics = 电气工程 | 高电压与绝缘技术
tools: COMSOL | MATLAB | LabVIEW | DSC
latin: XLPE | HVDC | IEC 60840 | VCV | 525kV
problem: partial discharge exceeds the limit in long cable lengths
= 大长度海缆出厂局部放电超标
problem: space charge builds up in thick DC insulation
= 直流海缆厚绝缘内空间电荷积聚
problem: eccentricity of the insulation drifts in continuous extrusion
= 绝缘连续挤出过程中偏心度漂移
- cross-linked polyethylene insulation | XLPE insulation systems = 交联聚乙烯绝缘 | XLPE绝缘
- space charge measurement | charge accumulation in dielectrics = 空间电荷测量 | 空间电荷抑制
- partial discharge testing | PD diagnostics = 局部放电试验 | 局放检测
- water tree ageing | moisture ageing of polymers = 水树老化 | 绝缘受潮老化
- triple extrusion of cable cores | three-layer co-extrusion = 三层共挤 | 绝缘线芯挤出
- semiconducting screens | conductor and insulation shields = 半导电屏蔽 | 屏蔽料
- breakdown statistics | Weibull analysis of breakdown = 击穿场强统计 | 击穿试验
- degassing of cable cores | removal of cross-linking by-products = 除气工艺 | 副产物脱除
- electric field simulation | field grading = 电场仿真 | 电场分布计算

[high-voltage cable accessories] technology
roles: Cable Accessories Engineer | Joint Design Engineer | HV Test Engineer
= 电缆附件工程师 | 海缆接头设计工程师
study: high-voltage engineering | electrical engineering = 高电压技术 | 电气工程
tools: COMSOL | AutoCAD | SolidWorks | ANSYS
latin: HVDC | XLPE | IEC 62067 | CIGRE TB 490 | GIS
problem: factory joints fail in the impulse test
= 工厂软接头雷电冲击试验击穿
problem: water enters repair joints at a depth of 200 m
= 抢修接头在200米水深下渗水
problem: interface pressure of prefabricated joints falls with time
= 预制接头界面压力随时间下降
- factory joints | flexible joints for submarine cables = 工厂接头 | 海缆软接头
- outdoor terminations | cable sealing ends = 户外终端 | 电缆终端头
- stress cones | field grading elements = 应力锥 | 电场控制元件
- prefabricated joints | pre-moulded joints = 预制式接头 | 预制附件
- silicone rubber moulding | liquid silicone injection = 硅橡胶成型 | 液体硅橡胶注射
- lightning impulse tests | type tests at high voltage = 雷电冲击试验 | 型式试验
- interface pressure | contact pressure between layers = 界面压力 | 界面握紧力
- partial discharge testing | PD location = 局部放电试验 | 局放定位
- repair joints at sea | offshore jointing = 海上抢修接头 | 海缆维修接续

[cable armouring and mechanics] technology
roles: Cable Mechanics Engineer | Armouring Process Engineer | Umbilical Design Engineer
= 海缆结构工程师 | 铠装工艺工程师
study: mechanical engineering | ocean engineering = 机械工程 | 海洋工程
tools: ANSYS | OrcaFlex | AutoCAD | Abaqus
latin: FEA | DNV-ST-0359 | HDPE | ROV | CIGRE TB 623
problem: armour wires loosen during coiling and loading
= 海缆收线装船时铠装钢丝松散
problem: fatigue of dynamic cables under floating platforms
= 浮式平台动态缆疲劳寿命不足
problem: lead sheath cracks after repeated bending
= 铅套反复弯曲后开裂
- steel wire armouring | armour layer design = 钢丝铠装 | 铠装层设计
- bending stiffness | bend fatigue of cables = 弯曲刚度 | 弯曲疲劳
- dynamic cables | umbilicals for floating wind = 动态缆 | 脐带缆
- lead sheath extrusion | metallic sheathing = 铅套挤制 | 金属护套
- tensile tests | load tests on full-size samples = 拉伸试验 | 张力弯曲试验
- cable laying analysis | installation mechanics = 敷设分析 | 海缆敷设计算
- corrosion protection | bitumen and yarn serving = 防腐 | 外被层沥青
- finite element analysis | structural simulation = 有限元分析 | 结构仿真

[cable production processes] technology
roles: Process Engineer, Cables | Extrusion Engineer | Cable Production Engineer
= 电缆工艺工程师 | 挤出工艺工程师
study: polymer processing | mechanical engineering = 高分子材料加工 | 机械工程
tools: AutoCAD | Minitab | SCADA | SAP | MES
latin: XLPE | PLC | OEE | ISO 9001 | CCV
problem: diameter of stranded conductors varies between shifts
= 绞合导体外径班次间波动大
problem: scorch particles appear after four days of extrusion
= 连续挤出四天后出现焦烧颗粒
problem: unplanned stops of the vertical line
= 立塔生产线非计划停机频繁
- conductor stranding | stranding and compacting of copper = 导体绞合 | 紧压绞线
- water-blocking compounds | longitudinal water tightness = 阻水填充 | 纵向阻水
- continuous vulcanising lines | curing tube control = 连续硫化生产线 | 硫化管温控
- extrusion tooling | die and tip design = 挤出模具 | 模芯模套设计
- optical fibre units | fibre in submarine cables = 光纤单元 | 光电复合缆
- process capability | statistical process control = 过程能力 | 统计过程控制
- scrap reduction | yield improvement = 降低废品率 | 良率提升
- long-length production | turntable storage = 大长度连续生产 | 转盘储缆

[cable plant and project management] management
roles: Project Director, Submarine Cables | Plant Manager, Cables | EPC Project Manager
= 海缆项目总监 | 电缆工厂厂长 | 海缆EPC项目经理
study: engineering management | electrical engineering = 工程管理 | 电气工程
tools: Primavera P6 | SAP | MS Project
latin: EPC | FIDIC | KPI | PMP | HVDC
problem: offshore wind cable projects end late and over budget
= 海上风电海缆总包项目超期超支
problem: planning between factory, vessel and site is not joined up
= 工厂、施工船与现场计划脱节
- offshore wind export cable projects | wind farm grid connection = 海上风电送出工程 | 海缆总包
- cable factory start-up | plant ramp-up = 电缆工厂投产 | 产能爬坡
- marine installation contracts | vessel charter = 海上施工合同 | 施工船租赁
- type test programmes | qualification of cable systems = 型式试验组织 | 产品鉴定

[cable sales and tendering] marketing
roles: Sales Director, Power Cables | Tender Manager | Key Account Manager, Utilities
= 电缆海外销售总监 | 投标经理 | 电力大客户经理
study: international business | electrical engineering = 国际贸易 | 电气工程
tools: Salesforce | Excel | SAP
latin: EPC | KEMA | CE | TSO | HVDC
problem: no qualified supplier status at European grid operators
= 未进入欧洲电网公司合格供应商名录
problem: copper price risk in long tenders
= 长周期投标的铜价风险
- tendering to grid operators | utility bids = 电网投标 | 电力公司招投标
- submarine cable market development | offshore wind customers = 海缆市场开拓 | 海上风电客户
- copper price hedging | raw material clauses = 铜价套保 | 原材料调价条款
- supplier qualification at utilities | vendor approval = 供应商资格认证 | 合格供应商准入
"""

CHIPS = """
[power device design] technology
roles: Power Device Engineer | SiC Device Designer | Semiconductor Device Physicist
= 功率器件设计工程师 | 碳化硅器件专家
study: microelectronics | solid-state physics = 微电子学 | 固体物理
tools: TCAD | Silvaco | Sentaurus | Keysight B1505A
latin: SiC | IGBT | MOSFET | GaN | AEC-Q101 | JTE
problem: gate oxide reliability of SiC devices is too low
= 碳化硅器件栅氧可靠性不足
problem: on-resistance drifts after high-temperature reverse bias
= 高温反偏后导通电阻漂移
problem: leakage at the edge termination
= 终端结构漏电偏大
- silicon carbide devices | wide-bandgap power devices = 碳化硅器件 | 宽禁带功率器件
- insulated gate bipolar transistors | IGBT chip design = 绝缘栅双极晶体管 | IGBT芯片设计
- edge termination | guard ring structures = 终端结构 | 场限环
- device simulation | process and device modelling = 器件仿真 | 工艺器件建模
- gate oxide reliability | threshold drift = 栅氧可靠性 | 阈值漂移
- short-circuit ruggedness | avalanche capability = 短路耐量 | 雪崩能力
- trench gate structures | trench MOSFET cells = 沟槽栅 | 沟槽元胞
- breakdown statistics | blocking voltage tests = 击穿电压 | 阻断电压测试

[wafer fabrication processes] technology
roles: Process Integration Engineer | Etch Process Engineer | Lithography Engineer
= 工艺整合工程师 | 刻蚀工艺工程师 | 光刻工程师
study: microelectronics | materials science = 微电子学 | 材料科学
tools: SEM | JMP | TCAD | AFM
latin: CMP | CVD | PVD | FDC | WAT | SPC
problem: etch depth differs between the centre and the edge of wafers
= 晶圆中心与边缘刻蚀深度不均
problem: particles after chemical mechanical polishing
= 化学机械抛光后颗粒超标
problem: yield of the eight-inch line stays below target
= 八英寸产线良率低于目标
- plasma etching | dry etch of deep trenches = 等离子刻蚀 | 深槽干法刻蚀
- photolithography | overlay and focus control = 光刻 | 套刻与焦距控制
- chemical mechanical polishing | wafer planarisation = 化学机械抛光 | 晶圆平坦化
- thin-film deposition | vapour deposition of films = 薄膜沉积 | 气相沉积
- ion implantation | dopant activation anneal = 离子注入 | 激活退火
- yield improvement | defect reduction = 良率提升 | 缺陷改善
- wet cleaning | contamination control = 湿法清洗 | 沾污控制
- statistical process control | fault detection on tools = 统计过程控制 | 设备异常监控
- epitaxial growth | epitaxy on SiC substrates = 外延生长 | 碳化硅外延

[chip packaging and testing] technology
roles: Packaging Engineer | Assembly and Test Engineer | Reliability Engineer, Packages
= 封装工程师 | 封测工艺工程师 | 可靠性工程师
study: electronic packaging | materials science = 电子封装 | 材料科学
tools: ANSYS | ATE | X-ray | SAM | Minitab
latin: QFN | SiP | BGA | AEC-Q100 | JEDEC | HAST
problem: delamination after moisture soak
= 湿敏试验后封装分层
problem: warpage of large module substrates
= 大尺寸模块基板翘曲
problem: voids in sintered silver layers
= 银烧结层空洞率偏高
- wire bonding | copper wire and clip bonding = 引线键合 | 铜线键合
- flip chip assembly | bump processes = 倒装焊 | 凸点工艺
- silver sintering | die attach = 银烧结 | 芯片贴装
- moulding compounds | transfer moulding of packages = 环氧塑封料 | 塑封工艺
- thermal resistance | thermal simulation of modules = 热阻 | 模块热仿真
- reliability tests | temperature cycling = 可靠性试验 | 温度循环
- test programme development | final test = 测试程序开发 | 成品测试
- failure analysis | cross-section analysis = 失效分析 | 切片分析

[integrated circuit design] technology
roles: Analog IC Designer | Digital IC Design Engineer | SoC Architect
= 模拟芯片设计工程师 | 数字IC设计工程师
study: integrated circuit engineering | electronic engineering = 集成电路工程 | 电子工程
tools: Cadence Virtuoso | Synopsys DC | Verilog | SPICE | Python
latin: ASIC | ADC | PMIC | SoC | FPGA | DFT | ISO 26262
problem: noise of the sensor front end is above specification
= 传感器模拟前端噪声超标
problem: timing closure fails at the slow corner
= 慢角下时序无法收敛
problem: electromagnetic compatibility of the motor driver chip
= 电机驱动芯片EMC不过
- analog front ends | mixed-signal design = 模拟前端 | 混合信号设计
- power management chips | DC-DC converters = 电源管理芯片 | DC-DC转换器
- timing closure | static timing analysis = 时序收敛 | 静态时序分析
- layout and verification | physical verification = 版图设计 | 物理验证
- functional safety | safety mechanisms for automotive chips = 功能安全 | 车规芯片安全机制
- test chips and tape-out | multi-project wafers = 流片 | MPW流片
- motor control chips | gate drivers = 电机控制芯片 | 栅极驱动
- design verification | simulation test benches = 设计验证 | 仿真验证平台

[semiconductor operations management] management
roles: Fab Operations Manager | R&D Director, Semiconductors | Chip Programme Manager
= 晶圆厂运营经理 | 半导体研发总监 | 芯片项目经理
study: microelectronics | engineering management = 微电子学 | 工程管理
tools: SAP | MES | MS Project | JMP
latin: IATF 16949 | NPI | KPI | PMP | OEE
problem: new product introduction takes twice the planned time
= 新产品导入周期超计划一倍
problem: bottlenecks of a small fab with many products
= 多品种小批量产线瓶颈调度
- fab operations | wafer start planning = 晶圆厂运营 | 投片计划
- new chip introduction | transfer from design to fab = 芯片新品导入 | 设计到量产转移
- cleanroom build-up | fab construction = 洁净室建设 | 建厂
- foundry relations | outsourced assembly partners = 代工厂管理 | 封测外协

[chip marketing and applications] marketing
roles: Product Marketing Manager, Chips | Field Application Engineer | Sales Manager, Semiconductors
= 芯片产品市场经理 | 现场应用工程师 | 半导体销售经理
study: electronic engineering | business administration = 电子工程 | 工商管理
tools: Salesforce | Excel | LTspice
latin: FAE | AEC-Q100 | BMS | PMIC | OEM
problem: few design-in wins at car makers
= 车厂客户导入少
problem: positioning against imported chips
= 国产替代产品定位不清
- design-in support | reference designs for customers = 客户导入支持 | 参考设计
- chip product roadmaps | competitor benchmarking = 芯片产品规划 | 竞品分析
- automotive chip customers | car maker approvals = 车规芯片客户 | 车厂认证
- distributor management | channel sales of components = 代理商管理 | 元器件渠道销售
"""
